"""Which format reads which document, and what becomes of the rest."""

from typing import Any

import pytest

from service.intake.documents import Documents, read_documents
from service.intake.formats import Format
from service.intake.recognising import MOST_DESCRIPTIONS, understand
from service.intake.understanding import NotUnderstoodError, Understanding, Unknown


def format_for(kind: str, **members: Any) -> Format:
    """A format whose documents say their kind; it tells the names of the documents that it reads together."""

    def read(documents: Any) -> tuple[Understanding, ...]:
        if any(document.get("broken") for document in documents.values() if isinstance(document, dict)):
            raise NotUnderstoodError("a broken document", "here")
        place = " ".join(documents)
        return (Understanding(format=kind, place=place, cluster={"name": kind} | members),)

    return Format(
        name=kind,
        title=f"the {kind} format",
        recognises=lambda document, _: isinstance(document, dict) and document.get("kind") == kind,
        read=read,
    )


ONE, TWO = format_for("one"), format_for("two")
FORMATS = (ONE, TWO)


def several(**by_name: Any) -> Documents:
    return Documents(by_name=by_name, is_archive=True)


def test_documents_of_one_format_are_read_together_and_others_apart() -> None:
    understood = understand(several(a={"kind": "one"}, b={"kind": "two"}, c={"kind": "one"}), FORMATS)

    assert [(one.format, one.place) for one in understood.descriptions] == [("one", "a c"), ("two", "b")]


def test_the_first_format_that_recognises_a_document_reads_it() -> None:
    greedy = Format(name="greedy", title="all", recognises=lambda *_: True, read=ONE.read)

    assert understand(several(a={"kind": "two"}), (TWO, greedy)).descriptions[0].format == "two"


def test_what_nobody_recognises_beside_something_else_is_ignored_with_a_reason() -> None:
    understood = understand(several(a={"kind": "one"}, b={"kind": "three"}), FORMATS)

    assert [(part.place, part.why) for part in understood.ignored] == [("b", "no format recognises it")]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"apiVersion": "kops.k8s.io/v1alpha2", "kind": "Cluster"}, "a cluster of kOps"),
        (
            [7, {"kind": "AWSCluster"}, {"kind": "KubeadmControlPlane"}],
            "AWSCluster: a cluster whose control plane runs",
        ),
        ({"name": "infra", "runtime": "yaml", "resources": {}}, "a program of Pulumi, which is not run here: send"),
        (
            {"kind": "Config", "apiVersion": "v1", "clusters": [], "contexts": []},
            "a kubeconfig, which tells an address",
        ),
    ],
)
def test_what_is_no_cluster_of_eks_is_refused_with_the_reason(document: Any, why: str) -> None:
    with pytest.raises(NotUnderstoodError, match=f"no format recognises the document: {why}"):
        understand(several(a=document), FORMATS)
    (left_out,) = understand(several(a={"kind": "one"}, b=document), FORMATS).ignored
    assert left_out.why.startswith(why)


def test_what_nobody_recognises_alone_is_refused_and_the_formats_are_named() -> None:
    with pytest.raises(NotUnderstoodError, match=r"looked for: the one format \(`one`\); the two format \(`two`\)"):
        understand(several(a={"kind": "three"}), FORMATS)


def test_one_format_that_fails_does_not_spoil_another() -> None:
    understood = understand(several(a={"kind": "one", "broken": True}, b={"kind": "two"}), FORMATS)

    assert [one.format for one in understood.descriptions] == ["two"]
    assert [(part.place, part.why) for part in understood.ignored] == [("here", "as the one format: a broken document")]


def test_a_format_that_fails_alone_says_why() -> None:
    with pytest.raises(NotUnderstoodError, match="a broken document"):
        understand(several(a={"kind": "one", "broken": True}), FORMATS)


def test_a_format_that_finds_nothing_is_told_from_one_that_fails() -> None:
    empty = Format(name="empty", title="nothing", recognises=lambda *_: True, read=lambda _: ())

    with pytest.raises(NotUnderstoodError, match="describes no cluster"):
        understand(several(a={}), (empty,))


def test_a_list_of_several_formats_is_taken_apart() -> None:
    stream = Documents(by_name={"all.yaml": [{"kind": "one"}, {"kind": "two"}, {"kind": "three"}]})

    understood = understand(stream, FORMATS)

    assert [(one.format, one.place) for one in understood.descriptions] == [
        ("one", "all.yaml/0"),
        ("two", "all.yaml/1"),
    ]
    assert [part.place for part in understood.ignored] == ["all.yaml/2"]


def test_a_named_format_does_not_read_what_it_does_not_recognise() -> None:
    with pytest.raises(NotUnderstoodError, match=r"looked for: the two format \(`two`\)$"):
        understand(several(a={"kind": "one"}), FORMATS, named=TWO)


def test_a_named_format_reads_of_an_archive_what_it_recognises() -> None:
    understood = understand(several(a={"kind": "one"}, b={"kind": "two"}), FORMATS, named=TWO)

    assert [one.place for one in understood.descriptions] == ["b"]
    assert [part.place for part in understood.ignored] == ["a"]


@pytest.mark.parametrize(
    ("open_field", "expected"),
    [
        ("/endpoint_access/public", {"public": None}),
        ("/endpoint_access/public_access_cidrs", {"public_access_cidrs": None}),
        ("/endpoint_access/public_access_cidrs/0", {"public_access_cidrs": None}),
        ("/endpoint_access", {"public": None, "private": None, "public_access_cidrs": None}),
        ("/vpc", None),
    ],
)
def test_what_is_left_open_of_the_endpoint_is_null_and_not_absent(
    open_field: str, expected: dict[str, None] | None
) -> None:
    def read(_: Any) -> tuple[Understanding, ...]:
        unknown = (Unknown(field=open_field, why="a variable"),)
        return (Understanding(format="open", place="", cluster={}, unknown=unknown),)

    reader = Format(name="open", title="open", recognises=lambda *_: True, read=read)

    (description,) = understand(several(a={}), (reader,)).descriptions

    assert description.cluster.get("endpoint_access") == expected


def test_what_is_known_of_the_endpoint_stays_beside_what_is_open() -> None:
    def read(_: Any) -> tuple[Understanding, ...]:
        unknown = (Unknown(field="/endpoint_access", why="a variable"),)
        return (Understanding(format="", place="", cluster={"endpoint_access": {"private": True}}, unknown=unknown),)

    reader = Format(name="open", title="open", recognises=lambda *_: True, read=read)

    (description,) = understand(several(a={}), (reader,)).descriptions

    assert description.cluster["endpoint_access"] == {"private": True, "public": None, "public_access_cidrs": None}


def test_described_consumers_get_an_operator_beside_them_and_that_is_said() -> None:
    def read(_: Any) -> tuple[Understanding, ...]:
        consumers = ({"name": "operator", "kind": "node"},)
        return (Understanding(format="", place="", cluster={}, consumers=consumers),)

    reader = Format(name="nodes", title="nodes", recognises=lambda *_: True, read=read)

    (description,) = understand(several(a={}), (reader,)).descriptions

    assert [(one["name"], one["kind"]) for one in description.consumers] == [
        ("operator", "node"),
        ("operator 2", "operator"),
    ]
    assert [one.field for one in description.assumed] == ["/consumers[operator 2]"]


def test_a_description_without_consumers_leaves_the_assumption_to_the_engine() -> None:
    (description,) = understand(several(a={"kind": "one"}), FORMATS).descriptions

    assert description.consumers == ()


def test_too_many_clusters_are_refused() -> None:
    one = Understanding(format="many", place="", cluster={})
    many = Format(
        name="many", title="many", recognises=lambda *_: True, read=lambda _: (one,) * (MOST_DESCRIPTIONS + 1)
    )

    with pytest.raises(NotUnderstoodError, match=f"{MOST_DESCRIPTIONS + 1} clusters"):
        understand(several(a={}), (many,))


@pytest.mark.parametrize("start", ["{{- if .Values.eks }}", "{% if eks %}"])
def test_a_template_that_begins_with_a_condition_is_refused_as_a_template_and_not_as_json(start: str) -> None:
    with pytest.raises(NotUnderstoodError, match="render it first"):
        read_documents(f"{start}\nkind: ClusterConfig\n".encode())
