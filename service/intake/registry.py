"""Every format that is read, in the order in which they are asked; the more particular stand first."""

from __future__ import annotations

from service.intake import capa, eksctl, rancher
from service.intake.formats import Format

FORMATS: tuple[Format, ...] = (*eksctl.FORMATS, *capa.FORMATS, *rancher.FORMATS)
