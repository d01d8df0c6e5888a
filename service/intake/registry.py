"""Every format that is read, in the order in which they are asked; the more particular stand first."""

from __future__ import annotations

from service.intake import aws, capa, cloudformation, eksctl, rancher
from service.intake.formats import Format

FORMATS: tuple[Format, ...] = (
    *eksctl.FORMATS,
    *capa.FORMATS,
    *rancher.FORMATS,
    *cloudformation.FORMATS,
    *aws.FORMATS,
)
