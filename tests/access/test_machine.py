"""Random sequences of everything anybody can do to access, the rules checked after each step."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from access import asking, ending, holders, takeovers, tasks, terms
from access.acting import AccessRefused, Actor
from access.door import why_closed
from access.inviting import accept, invite, send_again
from access.models import Invitation, Membership, MembershipRight
from access.rights import Right
from access.switches import Wish, save_switches
from portal.lib.days import today
from tests import factories as make

RIGHTS = st.sets(st.sampled_from(list(Right)), max_size=5)
PICK = st.integers(0, 50)
DAYS = st.sampled_from([None, -1, 0, 20, 400])


class Access(RuleBasedStateMachine):
    """One company with two licence holders, a deputy and two colleagues; a staff member; time that passes."""

    def __init__(self):
        super().__init__()
        self.company = make.CompanyFactory()
        for number in range(2):
            make.MembershipFactory(company=self.company, is_holder=True, is_main_holder=number == 0)
        make.MembershipFactory(company=self.company, rights=list(Right))
        make.MembershipFactory(company=self.company, rights=[Right.SHOP, Right.ACCESS])
        make.MembershipFactory(company=self.company)
        self.staff = make.UserFactory(is_staff=True)
        self.tokens = {}
        self.invited = 0
        # What the log says about who is in with what, followed line by line.
        self.seen, self.told = 0, {}

    def everybody(self):
        return list(self.company.memberships.select_related("user", "company").order_by("pk"))

    def pick(self, number):
        people = self.everybody()
        return people[number % len(people)]

    def may_turn(self, by, whom):
        """The rule of who grants what, said once more and apart from the code."""
        if whom.is_holder or whom.user_id == by.user_id or why_closed(by):
            return set()
        if by.is_holder:
            return set(Right)
        return by.granted - {Right.ACCESS} if Right.ACCESS in by.granted else set()

    def attempt(self, act, *args, **kwargs):
        """Refusals are fine; what must never happen is checked afterwards."""
        try:
            return act(*args, **kwargs)
        except AccessRefused:
            return None

    @rule(by=PICK, whom=PICK, on=RIGHTS, off=RIGHTS)
    def switch(self, by, whom, on, off):
        by, whom = self.pick(by), self.pick(whom)
        may, before = self.may_turn(by, whom), set(whom.granted)
        wish = Wish(whom.version, on=frozenset(on - off), off=frozenset(off))
        done = self.attempt(save_switches, Actor.member(by), {whom.pk: wish})
        changed = set(Membership.of(whom).granted) ^ before
        assert changed <= may, "nobody grants more than they may"
        assert done or not changed

    @rule(by=PICK, rights=RIGHTS, days=DAYS)
    def let_in(self, by, rights, days):
        self.invited += 1
        by = self.pick(by)
        person = {
            "salutation": "",
            "first_name": "Neu",
            "last_name": "Da",
            "email": f"n{self.invited}@{self.company.number}.example",
        }
        ends_on = today() + dt.timedelta(days=days) if days and days > 0 else None
        made = self.attempt(invite, Actor.member(by), person, rights, ends_on=ends_on, order_limit=None)
        if made:
            assert rights <= set(Right) if by.is_holder else rights <= by.granted - {Right.ACCESS}
            _invitation, self.tokens[made.pk] = Invitation.issue(made, by=by.user)

    @precondition(lambda self: self.tokens)
    @rule(number=PICK)
    def come_in(self, number):
        pk = list(self.tokens)[number % len(self.tokens)]
        invitation = Invitation.find(self.tokens.pop(pk))
        if invitation:
            self.attempt(accept, invitation)

    @rule(by=PICK, whom=PICK)
    def invite_again(self, by, whom):
        self.attempt(send_again, Actor.member(self.pick(by)), self.pick(whom))

    @rule(by=PICK, whom=PICK, act=st.sampled_from([ending.remove, ending.suspend, ending.resume, terms.renew]))
    def end_or_renew(self, by, whom, act):
        by, whom = self.pick(by), self.pick(whom)
        closed = why_closed(by) or not by.may(Right.ACCESS)
        self.attempt(act, Actor.member(by), whom)
        now = Membership.objects.filter(pk=whom.pk).first()
        if closed or whom.user_id == by.user_id or (whom.is_holder and not by.is_holder):
            assert now and (now.suspended_at, now.ends_on) == (whom.suspended_at, whom.ends_on)

    @rule(by=PICK, whom=PICK, days=DAYS)
    def agree(self, by, whom, days):
        whom = self.pick(whom)
        ends_on = None if days is None else today() + dt.timedelta(days=days)
        self.attempt(
            terms.set_terms, Actor.member(self.pick(by)), whom, version=whom.version, ends_on=ends_on, order_limit=None
        )

    @rule(by=PICK, whom=PICK, act=st.sampled_from([holders.name_holder, holders.end_holder, holders.make_main]))
    def change_holders(self, by, whom, act):
        by = self.pick(by)
        before = self.holders()
        self.attempt(act, Actor.member(by), self.pick(whom))
        assert by.is_holder or self.holders() == before, "holders alone make holders"

    @rule(by=PICK, whom=PICK, stay=st.sampled_from([holders.DEPUTY, holders.COLLEAGUE, holders.LEAVING]))
    def hand_over(self, by, whom, stay):
        self.attempt(holders.hand_over, Actor.member(self.pick(by)), self.pick(whom), stay)

    @rule(by=PICK, whom=PICK)
    def take_over(self, by, whom):
        self.attempt(takeovers.start_takeover, Actor.member(self.pick(by)), self.pick(whom), "Ist nicht mehr da.")

    @rule(by=PICK, act=st.sampled_from(["object", "release", "release later", "decline"]))
    def answer_take_over(self, by, act):
        takeover = self.company.takeovers.first()
        if takeover is None:
            return
        before = self.holders()
        if act == "release later":
            self.company.takeovers.filter(pk=takeover.pk).update(objection_until=today() - dt.timedelta(days=1))
        if act == "object":
            self.attempt(takeovers.object_to, Actor.member(self.pick(by)), takeover, "Doch.")
        elif act == "decline":
            self.attempt(takeovers.decline, Actor.staff(self.staff, self.company.pk), takeover, "Nein.")
        else:
            self.attempt(takeovers.release, Actor.staff(self.staff, self.company.pk), takeover)
        assert before <= self.holders() and (act == "release later" or self.holders() == before)

    @rule(whom=PICK, right=st.sampled_from(list(Right)))
    def ask(self, whom, right):
        whom = self.pick(whom)
        if not whom.may(right) and not why_closed(whom):
            self.attempt(asking.ask_for, whom, right)

    @rule(by=PICK, granted=st.booleans(), days=DAYS)
    def answer(self, by, granted, days):
        asked = [request for row in self.everybody() for request in row.requests.filter(answered_at=None)]
        if asked:
            until = today() + dt.timedelta(days=days) if days else None
            self.attempt(asking.answer, Actor.member(self.pick(by)), asked[0], granted=granted, until=until)

    @rule(whom=PICK)
    def staff_remove(self, whom):
        self.attempt(ending.remove, Actor.staff(self.staff, self.company.pk), self.pick(whom))

    @rule()
    def the_night_passes(self):
        tasks.run()

    def holders(self):
        return set(self.company.memberships.filter(is_holder=True).values_list("user", flat=True))

    @invariant()
    def somebody_answers_for_the_company(self):
        main = self.company.memberships.filter(is_main_holder=True)
        assert self.holders() and main.count() == 1
        assert main.get().is_holder and not why_closed(main.get())

    @invariant()
    def nobody_is_let_in_who_is_closed_out(self):
        let_in = set(self.company.memberships.open())
        for row in self.everybody():
            assert (row in let_in) == (not why_closed(row)) == row.is_open
            assert not row.is_holder or row in let_in
        assert not MembershipRight.objects.exclude(user__memberships__rights__pk__isnull=False).exists()

    @invariant()
    def the_log_tells_who_has_what(self):
        """Read line by line it leads to exactly the switches that are stored."""
        for event in self.company.access_events.filter(pk__gt=self.seen).order_by("pk"):
            self.seen = event.pk
            has = self.told.setdefault(event.person_id, set())
            if event.kind == "switched_on":
                has |= set(event.detail["rights"])
            elif event.kind == "switched_off":
                has -= set(event.detail["rights"])
            elif event.kind in ("removed", "withdrawn"):
                assert not self.told.pop(event.person_id)
        stored = {}
        for row in self.everybody():
            stored[row.user_id] = set(row.rights.values_list("permission__codename", flat=True))
        said = {person: has for person, has in self.told.items() if has or person in stored}
        assert {person: has for person, has in stored.items() if has} == {p: h for p, h in said.items() if h}


TestAccess = pytest.mark.django_db(Access.TestCase)
TestAccess.settings = settings(
    max_examples=12, stateful_step_count=35, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
