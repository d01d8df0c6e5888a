"""How tools judge an endpoint setting: each as it does, blind spots and all (F-10.7 to F-10.15).

1. A tool that reads a definition (Terraform, CloudFormation) sees what is written in it, and does as it does
   with what is left out; one that reads the live cluster sees what EKS made of it.
2. Some see a yes or no; some compare texts, and so do not see that 0.0.0.0/1 with 128.0.0.0/1 is everything
   (M-11). Where that makes a tool blind the verdict stands, and ``why`` says what it does not see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.domain.addresses import EVERY_IPV4, Addresses, addresses, of_network, of_networks, parse_network
from service.domain.cluster import EndpointAccess
from service.engine.routes import PUBLIC_INTERNET

PASS = "pass"  # noqa: S105  # a verdict, no secret
FAIL = "fail"
UNDETERMINED = "undetermined"
NOT_APPLICABLE = "not_applicable"

Verdict = tuple[str, str]
"""A result and the sentence that gives its reason."""

EVERYTHING = "0.0.0.0/0"
SHORT_LISTS = (("1.0.0.0/32",), ("13.0.0.0/8",))
"""Stand for a list that is to come and will be short of everything."""
ANY_LIST = (*SHORT_LISTS, (EVERYTHING,), ("0.0.0.0/1", "128.0.0.0/1"), ("10.0.0.0/8",))
TRIVY_PRIVATE = addresses(
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("::1/128", "fc00::/7", "fe80::/10"),
)
"""The nine ranges that AVD-AWS-0041 takes for private; documentation ranges are public to it (F-10.12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting as a definition writes it; None is what it leaves out, so that EKS's default holds (F-1.1, F-1.10)."""

    public: bool | None
    private: bool | None
    cidrs: tuple[str, ...] | None
    may_be: tuple[tuple[str, ...], ...] = ()
    """What the list may be if it is not known: one for each way in which tools tell lists apart."""

    @property
    def is_public(self) -> bool:
        """Whether the public endpoint is on."""
        return self.public is not False

    @property
    def is_private(self) -> bool:
        """Whether the private endpoint is on."""
        return self.private is True

    @property
    def listed(self) -> Addresses:
        """What the list admits; one that is empty or left out is open to all (F-1.11)."""
        return of_networks(tuple(parse_network(text) for text in self.cidrs)) if self.cidrs else EVERY_IPV4

    @property
    def is_open(self) -> bool:
        """Whether the public endpoint admits all of the internet of one family, by what the list covers."""
        return self.is_public and any(self.listed.covers(internet) for internet in PUBLIC_INTERNET.values())

    @property
    def reads_open(self) -> bool:
        """Whether the list of the live cluster holds the text 0.0.0.0/0."""
        return not self.cidrs or EVERYTHING in self.cidrs


def as_written(access: EndpointAccess) -> Setting:
    """The setting as it was given: what was left out is left out, and entries read as they were written."""
    read_away = [str(parse_network(text)) for text in access.rewritten]
    texts = [str(network) for network in access.public_access_cidrs]
    for text in read_away:
        texts.remove(text)
    listed = tuple(sorted((*texts, *access.rewritten)))
    return Setting(
        public=None if "public" in access.left_out else access.public,
        private=None if "private" in access.left_out else access.private,
        cidrs=listed or None,
        may_be=() if access.knows_list else ANY_LIST,
    )


def written_out(access: EndpointAccess) -> Setting:
    """A setting as one writes it to bring it about: nothing left out, every range in its plain form."""
    listed = tuple(sorted(str(network) for network in set(access.public_access_cidrs)))
    return Setting(
        public=access.public,
        private=access.private,
        cidrs=listed or (EVERYTHING,),
        may_be=SHORT_LISTS if access.admits_nobody else () if access.knows_list else ANY_LIST,
    )


def possible(setting: Setting) -> tuple[Setting, ...]:
    """What the setting may be: itself, or one for each list that it may have."""
    if not (setting.may_be and setting.is_public):
        return (setting,)
    return tuple(replace(setting, cidrs=cidrs, may_be=()) for cidrs in setting.may_be)


def how_it_is_open(setting: Setting) -> str:
    """In which way an open list is open."""
    if not setting.cidrs:
        return "its list is empty, which is open to all"
    family = "IPv4" if setting.listed.covers(PUBLIC_INTERNET[4]) else "IPv6"
    return f"the list covers all of the {family} internet"


def public_access_off(setting: Setting) -> Verdict:
    """It wants the public endpoint off; what is left out counts as on."""
    if not setting.is_public:
        return PASS, "public access is off"
    if setting.is_open:
        return FAIL, f"public access is on, and {how_it_is_open(setting)}"
    return FAIL, "public access is on; that its list is restricted does not count here"


def both_written_out(setting: Setting) -> Verdict:
    """It wants the public endpoint off and the private one on, and both of it written."""
    if setting.public is False and not setting.is_private:
        return FAIL, "public access is off, but private access is not written out as on"
    return public_access_off(setting)


def written_true(setting: Setting) -> Verdict:
    """It fails a written-out true only."""
    if setting.public is None:
        return PASS, "the switch is left out; the tool does not see that public access is then on"
    return public_access_off(setting)


def reads_open(setting: Setting) -> Verdict:
    """It compares the entries of the list with the text 0.0.0.0/0; what is left out is what EKS makes of it."""
    if not setting.is_public:
        return PASS, "public access is off"
    if not setting.cidrs:
        return FAIL, "the list is empty, which is open to all"
    return _compared(setting, "the list does not hold 0.0.0.0/0")


def _compared(setting: Setting, passes: str) -> Verdict:
    if setting.reads_open:
        return FAIL, "0.0.0.0/0 is on the list"
    if setting.is_open:
        return (
            PASS,
            f"no entry reads 0.0.0.0/0; the tool compares texts and does not see that {how_it_is_open(setting)}",
        )
    return PASS, passes


def reads_open_if_written(setting: Setting) -> Verdict:
    """The same, but only where public access is a written-out true."""
    if setting.public is None:
        return PASS, "the switch is left out, so the tool does not look at the list, which is open"
    return reads_open(setting)


def public_range_listed(setting: Setting) -> Verdict:
    """It fails every list with a public address, and so every list that EKS accepts."""
    if not setting.is_public:
        return PASS, "public access is off"
    if not setting.cidrs:
        return FAIL, "the list is empty, which is open to all"
    public = [text for text in setting.cidrs if not TRIVY_PRIVATE.covers(of_network(parse_network(text)))]
    if public:
        lowest = of_networks(tuple(parse_network(text) for text in public)).texts()[0]
        return FAIL, f"{lowest} on the list is public; the tool fails every list that EKS accepts"
    return PASS, "every range on the list is private; the tool does not see that EKS refuses such a list"


def public_range_listed_in_template(setting: Setting) -> Verdict:
    """The same of a CloudFormation template, where a list that is left out has no range to fail."""
    if setting.is_public and not setting.cidrs:
        return PASS, "the list is left out; the tool does not see that it is then open to all"
    return public_range_listed(setting)


def private_access_on(setting: Setting) -> Verdict:
    """It wants the private endpoint on, whatever the public one is."""
    if not setting.is_private:
        return FAIL, "private access is off"
    if setting.is_open:
        return PASS, f"private access is on; the tool does not look at public access, where {how_it_is_open(setting)}"
    return PASS, "private access is on, and the tool looks at nothing else"


def private_only(setting: Setting) -> Verdict:
    """It wants the private endpoint on and the public one off."""
    if not setting.is_private:
        return FAIL, "private access is off"
    if setting.is_public:
        return FAIL, "public access is on, and no list makes up for that"
    return PASS, "private access is on and public access is off"


def restricted(setting: Setting) -> Verdict:
    """It wants the private endpoint on and the public one off or with a list, by what the list covers."""
    if not setting.is_private:
        return FAIL, "private access is off"
    if not setting.is_public:
        return PASS, "private access is on and public access is off"
    if setting.is_open:
        return FAIL, f"private access is on, but {how_it_is_open(setting)}"
    return PASS, "private access is on, and the list of the public endpoint is short of everything"


def restricted_by_text(setting: Setting) -> Verdict:
    """The same, with the list held against the text 0.0.0.0/0."""
    if not setting.is_private:
        return FAIL, "private access is off"
    if not setting.is_public:
        return PASS, "private access is on and public access is off"
    return _compared(setting, "private access is on, and the list does not hold 0.0.0.0/0")
