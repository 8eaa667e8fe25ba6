from django import forms
from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import LookOnly, QuickList, ReadOnly
from portal.lib.refusals import told
from portal.lib.tags import percent

from .models import COUNTED_NET, ErpToken, Grant, Order, OrderEvent, OrderLine, Webhook, WebhookCall
from .states import STEPS, OrderRefused, accept, agree, cancel, fulfil, line_acts, settle
from .webhooks import wake


class OrderLineInline(LookOnly):
    model = OrderLine
    fields = readonly_fields = ["what", "how_much", "unit_price", "net", "standing"]

    @admin.display(description=_("article"))
    def what(self, line):
        return format_html("<b>{}</b><br>{}", f"{line.position}. {line}", " · ".join(_details(line)))

    @admin.display(description=_("state"))
    def standing(self, line):
        waits = f"{_('waits for staff')}: {line.get_waits_for_display()}" if line.waits_for else ""
        return " · ".join(filter(None, [line.get_state_display(), line.reason, waits]))

    @admin.display(description=_("quantity"))
    def how_much(self, line):
        return line.how_much


def _details(line):
    """Number, VAT and what else was said of a line."""
    return [line.article_number, f"{_('VAT')} {percent(line.vat_rate)}", *filter(None, [line.details])]


class OrderEventInline(LookOnly):
    model = OrderEvent
    fields = ["at", "state", "by_name", "reason"]


class WholeForm(forms.Form):
    """The whole order, cancelled or agreed to on the customer's behalf; not without a reason."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class DecideForm(forms.Form):
    """One line: declined, done or taken back, by the state it is in."""

    act = forms.ChoiceField(label=_("Decision"), required=False, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args, order, line, **kwargs):
        super().__init__(*args, prefix=str(line.pk), **kwargs)
        self.line = line
        self.acts = line_acts(order, line)
        self.fields["act"].choices = [ACT for ACT in ACTS if ACT[0] in self.acts]
        if "accept" not in self.acts:
            self.fields["act"].choices.insert(0, ("", _("leave") if self.acts else "–"))
        self.fields["act"].initial = "accept" if "accept" in self.acts else ""
        self.fields["act"].label = self.fields["reason"].label = str(line)

    def clean(self):
        data = super().clean()
        if data.get("act") in ("decline", "take_back") and not data.get("reason", "").strip():
            self.add_error("reason", _("Please give a reason."))
        return data


# What the machine calls a step with a line, and staff do.
ACTS = [
    ("accept", _("accept")), ("decline", _("decline")), ("done", _("mark as done")), ("take_back", _("take back")),
]  # fmt: skip


class WaitsForStaff(admin.SimpleListFilter):
    title = _("delivery")
    parameter_name = "delivery"

    def lookups(self, request, model_admin):
        return [("staff", _("waits for staff"))]

    def queryset(self, request, queryset):
        return queryset.waiting_for_staff() if self.value() == "staff" else queryset


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Orders are copies of what was said; only their state goes on, by the actions and the page "decide"."""

    list_display = ["number", "company", "placed_at", "state", "counts"]
    list_select_related = ["company"]
    list_filter = ["state", WaitsForStaff]
    search_fields = ["number", "company__number", "company__name", "orderer_name", "reference"]
    ordering = ["-placed_at"]
    inlines = [OrderLineInline, OrderEventInline]
    actions = ["accept", "fulfil"]

    def has_decide_permission(self, request):
        return request.user.has_perm("orders.change_order")

    def get_urls(self):
        own = [path("<path:object_id>/decide/", self.admin_site.admin_view(self.decide), name="orders_order_decide")]
        return own + super().get_urls()

    fieldsets = [
        (None, {"fields": ["company", "state", "orderer_name", "placed_at", "reference", "cost_center", "wished_on",
                           "note", "address"]}),
        (_("Sum"), {"fields": ["net", "vat", "valid_net", "valid_vat", "vat_reason", "acceptance"]}),
    ]  # fmt: skip

    def decide_button(self, order):
        """(address, words, whether it is the next step) of the button on the order's page."""
        is_next = any(line_acts(order, line) for line in order.lines.all())
        return reverse("admin:orders_order_decide", args=[order.pk]), _("Decide line by line"), is_next

    @admin.display(description=_("counts, net"), ordering=COUNTED_NET)
    def counts(self, order):
        return order.counted_net

    def decide(self, request, object_id):
        """Accept or decline line by line; afterwards mark lines as done, take them back, or cancel the order."""
        order = self.get_object(request, object_id)
        if order is None or not self.has_decide_permission(request):
            raise Http404
        lineforms = [DecideForm(request.POST or None, order=order, line=line) for line in order.lines.all()]
        asked, is_whole = WholeForm(request.POST or None), {"cancel", "agree"} & set(request.POST)
        if asked.is_valid() and (is_whole or not any(form.errors for form in lineforms)):
            with told(request):
                self._decide(request, order, lineforms, asked.cleaned_data["reason"])
                messages.success(request, f"{order.number}: {Order.objects.get(pk=order.pk).get_state_display()}")
                return redirect("admin:orders_order_decide", order.pk)
        context = {**self.admin_site.each_context(request), "order": order, "lineforms": lineforms, "asked": asked}
        context["may_decide"] = any(form.acts for form in lineforms)
        context["may_cancel"] = Order.State.CANCELLED in STEPS[order.state]
        return render(request, "admin/orders/decide.html", {**context, "title": str(order), "opts": self.opts})

    def _decide(self, request, order, lineforms, reason):
        if "cancel" in request.POST:
            cancel(order, by=request.user, reason=reason, by_customer=False)
        elif "agree" in request.POST:
            if not reason.strip():
                raise OrderRefused(_("Please note how the customer has agreed."))
            agree(order, by=request.user, reason=reason)
        elif order.state == Order.State.RECEIVED:
            wanted = [form for form in lineforms if form.cleaned_data["act"] == "decline"]
            accept(order, by=request.user, declined={one.line.pk: one.cleaned_data["reason"] for one in wanted})
        else:
            acts = [(form.line.pk, form.cleaned_data) for form in lineforms]
            done = [pk for pk, asked in acts if asked["act"] == "done"]
            taken_back = {pk: asked["reason"] for pk, asked in acts if asked["act"] == "take_back"}
            settle(order, by=request.user, done=done, taken_back=taken_back)

    @admin.action(description=_("Accept the selected orders"), permissions=["decide"])
    def accept(self, request, queryset):
        self._each(request, queryset, lambda order: accept(order, by=request.user))

    @admin.action(description=_("Mark the selected orders as fulfilled"), permissions=["decide"])
    def fulfil(self, request, queryset):
        self._each(request, queryset, lambda order: fulfil(order, by=request.user))

    def _each(self, request, queryset, act):
        for order in queryset:
            with told(request, of=order.number):
                done = act(order)
                self.message_user(request, f"{order.number}: {done.get_state_display()}", messages.SUCCESS)


@admin.register(Grant)
class GrantAdmin(ReadOnly):
    list_display = ["licence_number", "kind", "line", "given_at", "taken_back_at"]
    list_select_related = ["line"]
    search_fields = ["licence_number", "line__order__number"]


@admin.register(ErpToken)
class ErpTokenAdmin(QuickList):
    """The key is shown once, when it is made."""

    list_display = ["name", "scopes", "created_at", "last_used_at", "revoked_at"]
    actions = ["revoke"]

    def get_form(self, request, obj=None, **kwargs):
        class TokenForm(forms.ModelForm):
            scopes = forms.MultipleChoiceField(
                label=_("may"), choices=ErpToken.Scope.choices, widget=forms.CheckboxSelectMultiple
            )

            class Meta:
                model = ErpToken
                fields = ["name", "scopes"]

        return TokenForm

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        made, key = ErpToken.issue(obj.name, form.cleaned_data["scopes"])
        obj.pk = made.pk
        messages.warning(request, _("The key, shown only this once: %(key)s") % {"key": key})

    @admin.action(description=_("Revoke the selected keys"), permissions=["add"])
    def revoke(self, request, queryset):
        queryset.filter(revoked_at=None).update(revoked_at=timezone.now())


@admin.register(WebhookCall)
class WebhookCallAdmin(ReadOnly):
    """What was told to whom, and what they said; those given up want a look at the receiver."""

    list_display = ["about", "webhook", "state", "tries", "last_answer"]
    list_select_related = ["webhook"]
    list_filter = ["state", "webhook"]
    actions = ["send_again"]

    @admin.display(description=_("order"), ordering="made_at")
    def about(self, call):
        state = dict(Order.State.choices).get(call.event.get("state"), "–")
        return f"{call.event.get('number')}, {state}, {localize(timezone.localtime(call.made_at))}"

    def has_decide_permission(self, request):
        return request.user.has_perm("orders.change_webhook")

    @admin.action(description=_("Tell the selected calls again"), permissions=["decide"])
    def send_again(self, request, queryset):
        for call in queryset:
            call.send_again()
            wake(call.webhook_id)


@admin.register(Webhook)
class WebhookAdmin(QuickList):
    list_display = ["url", "is_active", "last_at", "last_answer", "last_ok"]
    readonly_fields = ["last_at", "last_answer", "last_ok"]
