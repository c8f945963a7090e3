"""Loss and accuracy on segments between solutions, of networks that ended in several ways."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure
from thermophoresis.config.named_segments import NamedPair, NamedSegment

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim


class SegmentsFigure(JointFigure):
    """Loss and accuracy on segments, a column for each and a colour for each pair.

    Attributes
    ----------
    curves
        Pairs of the kind segment, at most three.
    panels
        Which of their segments, at most five; a pair need not have all.
    """

    kind: Literal["segments"]
    curves: Annotated[tuple[NamedPair, ...], Field(strict=False, min_length=1, max_length=3)] = (
        Field(description="a list of mappings with name and pair")
    )
    panels: Annotated[tuple[NamedSegment, ...], Field(strict=False, min_length=1, max_length=5)] = (
        Field(description="a list of mappings with name and segment")
    )

    @property
    def pairs(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of pairs, by the paths of the settings that name them."""
        return {("curves", index, "pair"): it.pair for index, it in enumerate(self.curves)}

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results."""
        return tuple(f"measurements/segment/{it.pair}.nc" for it in self.curves)

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: a segment of one of its pairs."""
        segment = getattr(claim, "at", {}).get("segment")
        drawn = {it.segment for it in self.panels}
        return {*claim.subjects} <= {*self.pairs.values()} and segment in drawn
