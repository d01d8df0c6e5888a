"""Every format that is read, in the order in which they are asked; the more particular stand first."""

from __future__ import annotations

from service.intake import ack, aws, capa, cloudformation, crossplane, eksctl, pulumi, rancher, terraform
from service.intake.embedded import formats_of_examples
from service.intake.formats import Format

_DOCUMENTS: tuple[Format, ...] = (
    *eksctl.FORMATS,
    *capa.FORMATS,
    *rancher.FORMATS,
    *ack.FORMATS,
    *crossplane.FORMATS,
    *cloudformation.FORMATS,
    *pulumi.FORMATS,
    *terraform.FORMATS,
    *aws.FORMATS,
)

FORMATS: tuple[Format, ...] = (*_DOCUMENTS, *formats_of_examples(_DOCUMENTS))
