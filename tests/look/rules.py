"""What must be true of the markup of every page. Each rule gives sentences about what breaks it; none is right."""

import re
from collections import Counter

PHRASES = {
    "a", "abbr", "audio", "b", "bdi", "bdo", "br", "button", "canvas", "cite", "code", "data", "datalist",
    "del", "dfn", "em", "embed", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark",
    "math", "meta", "meter", "noscript", "object", "output", "picture", "progress", "q", "ruby", "s", "samp",
    "script", "select", "slot", "small", "span", "strong", "sub", "sup", "svg", "template", "textarea", "time",
    "u", "var", "video", "wbr",
}  # fmt: skip
TEXT_ONLY = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "label", "button", "small", "strong", "b", "em", "i",
             "code", "time", "mark", "abbr"}  # fmt: skip
CONTROLS = "self::input[not(@type='hidden')] or self::select or self::textarea"
TEXT_FIELDS = {"text", "search", "email", "password", "tel", "url", "number", "date", "", None}
NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
LANDMARKS = {
    "nav": "//nav",
    "complementary": "//aside",
    "search": "//*[@role='search']|//search",
    "region": "//section[@aria-label or @aria-labelledby]",
}
# What a role adds nothing to.
IMPLIED = {"ul": "list", "ol": "list", "li": "listitem", "nav": "navigation", "main": "main", "button": "button",
           "aside": "complementary", "table": "table", "article": "article", "form": "form"}  # fmt: skip


def is_spoken(node):
    return not any(
        up.get("aria-hidden") == "true" or up.get("hidden") is not None for up in [node, *node.iterancestors()]
    )


def tag_of(node):
    """The name of an element without its namespace; "" for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def words(node):
    """What a reader sees of an element, in one line; a text for screen readers alone does not count."""
    if tag_of(node) in {"", "svg", "script", "style", "option", "textarea"}:
        return ""
    if node.get("aria-hidden") == "true" or "visually-hidden" in node.get("class", "").split():
        return ""
    parts = [node.text or ""]
    for child in node:
        parts += [words(child), child.tail or ""]
    return " ".join("".join(parts).split())


def ids_are_unique(tree):
    return [name for name, count in Counter(tree.xpath("//@id")).items() if count > 1]


def references_lead_somewhere(tree):
    known = set(tree.xpath("//@id"))
    for name in ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "list", "form", "headers"):
        for node in tree.xpath(f"//*[@{name}]"):
            yield from (f"{name}={part}" for part in node.get(name).split() if part not in known)
    yield from (link for link in tree.xpath("//a/@href") if link.startswith("#") and link[1:] not in known)


def labels_belong_to_one_control(tree):
    for label in tree.xpath("//label"):
        inside = label.xpath(f".//*[{CONTROLS} or self::button or self::output]")
        target = label.get("for")
        if target:
            found = tree.xpath(f"//*[@id=$target][{CONTROLS} or self::output or self::button]", target=target)
            if not found:
                yield f"{words(label)!r} is for {target}, which is no control"
            if found and found[0] in inside:
                yield f"{words(label)!r} holds its control and names it as well"
        if len(inside) > 1 or not (target or inside):
            yield f"{words(label)!r} has {len(inside)} controls"


def controls_have_one_label(tree):
    for field in tree.xpath(f"//*[{CONTROLS}]"):
        if field.get("type") in NO_LABEL or field.get("aria-hidden") == "true":
            continue
        own = tree.xpath("//label[@for=$id]", id=field.get("id") or "-") + field.xpath("ancestor::label[not(@for)]")
        said = any(field.get(name) for name in ("aria-label", "aria-labelledby"))
        if bool(own) is said or len(own) > 1:
            yield f"{field.get('name')} has {len(own)} labels{' and one by ARIA' if said else ''}"


def choices_are_grouped(tree):
    named = Counter()
    for box in tree.xpath("//input[@type='checkbox' or @type='radio'][@name]"):
        forms = list(box.iterancestors("form"))
        key = (box.get("form") or (id(forms[0]) if forms else 0), box.get("name"))
        named[key] += 1
        group = box.xpath("ancestor::fieldset[legend]|ancestor::*[@role='group' or @role='radiogroup'][@aria-label"
                          " or @aria-labelledby]|ancestor::table")  # fmt: skip
        if named[key] > 1 and not group:
            yield f"{box.get('name')}: choices without a group that says what is chosen"


def buttons_say_what_they_do(tree):
    for button in tree.xpath("//button"):
        if button.get("type") not in {"submit", "button", "reset"}:
            yield f"{words(button)!r} has no type"
        if not (words(button) or button.get("aria-label") or "".join(button.itertext()).strip()):
            yield "a button without a name"


def a_visible_label_is_part_of_the_name(tree):
    """WCAG 2.5.3: who speaks to the machine says what stands there."""
    for node in tree.xpath("//a[@aria-label]|//button[@aria-label]|//summary[@aria-label]"):
        seen, name = plain(words(node)), plain(node.get("aria-label"))
        if seen not in name:
            yield f"{words(node)!r} is called {node.get('aria-label')!r}"


def plain(text):
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def attributes_are_html(tree):
    for node in tree.xpath("//*[@*[starts-with(name(), 'hx-')]]"):
        yield f"{node.tag} with {[name for name in node.attrib if name.startswith('hx-')]}: written data-hx-"
    yield from ("an svg knows no hidden" for _svg in tree.xpath("//*[local-name()='svg'][@hidden]"))
    yield from ("an empty action" for _form in tree.xpath("//form[@action='']"))
    for field in tree.xpath("//input[@autocomplete]"):
        if field.get("autocomplete").split()[-1:] == ["street-address"]:
            yield f"{field.get('name')}: street-address has several lines, an input one"
    for node in tree.xpath("//*[@role]"):
        if IMPLIED.get(node.tag) == node.get("role"):
            yield f"{node.tag} is a {node.get('role')} by itself"


def text_holds_text(tree):
    """No form, list, paragraph or box inside an element of running text."""
    for node in tree.iter():
        if isinstance(node.tag, str) and node.tag in TEXT_ONLY:
            strange = [tag for tag in map(tag_of, node) if tag and tag not in PHRASES]
            if strange:
                yield f"{strange} inside {node.tag}"
    for node in tree.xpath("//*[self::a or self::button]//*[self::a or self::button or self::input or self::select]"):
        yield f"{node.tag} inside something that is pressed"


def lists_hold_items(tree):
    for node in tree.xpath("//ul|//ol"):
        strange = [tag for tag in map(tag_of, node) if tag and tag not in {"li", "script", "template"}]
        if strange and node.get("role") != "listbox":
            yield f"{strange} inside {node.tag}"


def headings_go_down_by_one(tree):
    levels = [int(h.tag[1]) for h in tree.xpath("//h1|//h2|//h3|//h4|//h5|//h6") if is_spoken(h)]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    for above, below in zip(levels, levels[1:], strict=False):
        if below > above + 1:
            yield f"h{below} follows h{above}"
    yield from (f"an empty {h.tag}" for h in tree.xpath("//h1|//h2|//h3|//h4") if not "".join(h.itertext()).strip())


def landmarks_are_told_apart(tree):
    for kind, where in LANDMARKS.items():
        found = [node for node in tree.xpath(where) if is_spoken(node)]
        names = [node.get("aria-label") or node.get("aria-labelledby") or "" for node in found]
        if kind == "complementary" and "" in names:
            yield "an aside without a name"
        if len(names) != len(set(names)):
            yield f"{kind}: {names}"
    yield from ("no main, or two" for _once in [1] if len(tree.xpath("//main")) != 1)


RULES = [
    ids_are_unique, references_lead_somewhere, labels_belong_to_one_control, controls_have_one_label,
    choices_are_grouped, buttons_say_what_they_do, a_visible_label_is_part_of_the_name, attributes_are_html,
    text_holds_text, lists_hold_items, headings_go_down_by_one, landmarks_are_told_apart,
]  # fmt: skip


def problems(tree, these=tuple(RULES)):
    """Every sentence of some rules about a page, as parsed by pages.tree_of."""
    return [f"{rule.__name__}: {said}" for rule in these for said in rule(tree)]
