"""Colours as CSS computes them, as far as tokens.css uses them, and the contrast of WCAG 2.2."""

import math
import re


def read(value, tokens):
    """A CSS colour as linear red, green and blue from 0 to 1. tokens: the custom properties it may refer to."""
    value = value.strip()
    if found := re.fullmatch(r"var\((--[\w-]+)\)", value):
        return read(tokens[found[1]], tokens)
    if found := re.fullmatch(r"#([0-9a-f]{6})", value):
        return tuple(_linear(int(found[1][i : i + 2], 16) / 255) for i in (0, 2, 4))
    if found := re.fullmatch(r"oklch\(from (.+) ([\d.]+) calc\(c \* ([\d.]+)\) h\)", value):
        _, a, b = _to_oklab(read(found[1], tokens))
        return _from_oklab((float(found[2]), a * float(found[3]), b * float(found[3])))
    if found := re.fullmatch(r"color-mix\(in oklab, (.+) (\d+)%, (.+)\)", value):
        share = int(found[2]) / 100
        one, other = (_to_oklab(read(found[i], tokens)) for i in (1, 3))
        return _from_oklab([share * x + (1 - share) * y for x, y in zip(one, other, strict=True)])
    raise ValueError(f"a colour this test cannot read: {value}")


def contrast(one, other):
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour):
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def _linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


# Björn Ottosson's matrices, as in CSS Color 4.
def _to_oklab(colour):
    red, green, blue = colour
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lab):
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    mixed = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return tuple(min(1.0, max(0.0, part)) for part in mixed)
