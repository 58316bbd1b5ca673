"""One stack, brought to what its template says: proposed, shown, judged, agreed to, executed; on AWS and locally."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from infra.deploying.changes import Change, refuse_losses, shown
from infra.deploying.formation import Formation, Proposal, Say, Trigger

Agreed = Callable[[Sequence[Change]], bool]


class NotAgreed(Exception):
    """Nothing was done."""


@dataclass(frozen=True)
class Consent:
    """Who decides: `agreed` is asked once the changes were shown; `let_go` names what may go with its state."""

    agreed: Agreed
    let_go: Collection[str] = ()


@dataclass(frozen=True)
class Watch:
    """What takes a finished update back, and for how long."""

    triggers: Sequence[Trigger] = ()
    minutes: int = 0


NO_WATCH = Watch()


def bring(
    formation: Formation,
    template: Mapping[str, str],
    parameters: Mapping[str, str],
    consent: Consent,
    say: Say,
    watch: Watch = NO_WATCH,
) -> Sequence[Change]:
    """What was changed; nothing if all was so already. `template`: TemplateURL or TemplateBody.

    Raises DidNotDeploy, LosesState, NotAgreed; what was there goes on unchanged.
    """
    proposal = formation.propose(template, parameters, watch.triggers, watch.minutes)
    if not proposal.changes:
        say(f"{formation.name}: nothing to change")
        return ()
    for line in shown(proposal.changes):
        say(line)
    _permitted(formation, proposal, consent)
    formation.execute(proposal, say)
    return proposal.changes


def _permitted(formation: Formation, proposal: Proposal, consent: Consent) -> None:
    try:
        refuse_losses(proposal.changes, consent.let_go)
        if not consent.agreed(proposal.changes):
            raise NotAgreed(f"Not agreed to; {formation.name} is as it was.")
    except BaseException:
        formation.discard(proposal)
        raise
