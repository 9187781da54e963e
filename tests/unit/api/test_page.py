"""The page for people without a browser: what is served, how it keeps, what it may do and says."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import api
from api import page
from api.app import create_app
from api.form_view import form_view
from api.settings import ApiSettings
from schemas import phrases
from schemas.forms import FORMS
from schemas.record import Template

APP = Path(api.__file__).parent / "pages" / "app"
MODULES = sorted(APP.glob("*.js"))
MADE = {"forms.js", "phrases.js"}

IMPORT = re.compile(r'^import .* from "\./([^"]+)";$', re.MULTILINE)
SAID = re.compile(r'\bsay(?:Or)?\(\s*"([^"]+)"')
SAID_OF = re.compile(r"\bsay(?:Or)?\(\s*`([a-z.]+)\$\{")
CHOSEN = re.compile(r'\bsay\(\s*[^"`()]*\? "([^"]+)" : "([^"]+)"')
ENTRY = re.compile(r'^  "([^"]+)": (".*"),$', re.MULTILINE)


@pytest.fixture(scope="module")
def http() -> TestClient:
    """The door without its servers: the page needs none."""
    return TestClient(create_app(ApiSettings()))


def words(name: str) -> dict[str, str]:
    text = (APP / name).read_text(encoding="utf-8")
    found = {key: json.loads(phrase) for key, phrase in ENTRY.findall(text)}
    assert len(found) == text.count("\n") - 3, "one phrase a line, and no key twice"
    return found


def made(name: str) -> Any:
    text = page.site().assets[name].content.decode()
    return json.loads(text.partition(" = ")[2].rstrip(";\n"))


class Elements(HTMLParser):
    """Collects the elements of a page with what they are given, and the text in scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_first_page_is_asked_for_each_time_and_known_again(http: TestClient) -> None:
    answer = http.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    again = http.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    assert http.get("/", headers={"If-None-Match": '"other"'}).status_code == 200
    assert http.head("/").status_code == 200


def test_everything_the_first_page_names_is_served_and_kept_for_ever(http: TestClient) -> None:
    elements = Elements(http.get("/").text).found
    named = [
        value for _, given in elements for name, value in given.items() if name in ("href", "src")
    ]
    files = [value for value in named if value and value.startswith("/page/")]
    assert len(files) >= 5
    for file in files:
        answer = http.get(file)
        assert answer.status_code == 200, file
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == page.MEDIA_TYPES[file.rpartition(".")[2]]


def test_a_file_asked_for_under_an_older_version_is_not_kept(http: TestClient) -> None:
    answer = http.get("/page/000000000000/main.js")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    known = {"If-None-Match": answer.headers["etag"]}
    assert http.get("/page/000000000000/main.js", headers=known).status_code == 304


@pytest.mark.parametrize(
    "name", ["index.html", "summary.html", "no.js", "..%2fapp.py", "__init__.py"]
)
def test_nothing_else_is_served(http: TestClient, name: str) -> None:
    assert http.get(f"/page/{page.site().version}/{name}").status_code == 404


def test_the_page_may_run_its_own_modules_and_nothing_else(http: TestClient) -> None:
    policy = http.get("/").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert "*" not in policy


def test_pictures_and_files_may_also_come_from_the_object_store() -> None:
    policy = page.guard("https://store.example:9000/base?x")["Content-Security-Policy"]
    assert "connect-src 'self' https://store.example:9000;" in policy
    assert "script-src 'self';" in policy


def test_there_is_no_script_and_no_style_in_the_markup_and_nothing_from_elsewhere() -> None:
    text = (APP / "index.html").read_text(encoding="utf-8")
    for tag, given in Elements(text).found:
        assert not any(name.startswith("on") or name == "style" for name in given), (tag, given)
        assert tag != "style"
        assert tag != "script" or given.get("src")
        for name in ("href", "src"):
            assert (given.get(name) or "/")[0] in "/#", given
    assert re.search(r"<script[^>]*></script>", text)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_makes_no_markup_from_text_and_asks_nobody_else(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "cookie",
    ):
        assert word not in text
    addresses = set(re.findall(r"https?://[^\"'` ]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert text.startswith("//"), "each says what it is for"
    assert text.count("\n") <= 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_what_a_module_imports_is_there_and_used(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert set(IMPORT.findall(text)) <= {path.name for path in MODULES} | MADE
    for names, source in re.findall(r'^import \{ (.*) \} from "\./([^"]+)";$', text, re.MULTILINE):
        there = page.site().assets[source].content.decode()
        for name in names.split(", "):
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{name} is imported for nothing"
            assert re.search(
                rf"^export (async )?(function\*?|const|class) {name}\b", there, re.MULTILINE
            )


def test_both_languages_say_the_same_things_with_the_same_blanks() -> None:
    chinese, english = words("chinese.js"), words("english.js")
    assert list(chinese) == list(english)
    for key, phrase in chinese.items():
        assert set(re.findall(r"\{\w+\}", phrase)) == set(re.findall(r"\{\w+\}", english[key])), key
        assert phrase
        assert english[key]


def test_every_phrase_said_is_there_and_none_is_left_over() -> None:
    known = set(words("chinese.js"))
    shared = set(made("phrases.js"))
    assert not known & shared
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in MODULES
        if path.stem not in ("chinese", "english")
    )
    said = set(SAID.findall(text)) | {key for pair in CHOSEN.findall(text) for key in pair}
    assert said <= known | shared
    begun = set(SAID_OF.findall(text))
    assert all(any(key.startswith(prefix) for key in known | shared) for prefix in begun)
    unsaid = {
        key for key in known - said if not key.startswith(tuple(begun)) and f'"{key}"' not in text
    }
    assert {key for key in unsaid if key.removesuffix(".more") not in text} == set()


def test_what_the_service_can_say_has_words_here() -> None:
    """Each status, stage and reason of the interface; a new one must be told to people too."""
    from typing import get_args

    from schemas.batch import ItemStatus
    from schemas.evidence import Source
    from schemas.job import Stage

    known = set(words("chinese.js"))
    assert {f"status.{status}" for status in get_args(ItemStatus)} <= known
    assert {f"stage.{stage}" for stage in get_args(Stage)} <= known
    assert {f"source.{source}" for source in get_args(Source)} <= known
    reasons = ("no_worker_running", "waiting_in_queue", "items_under_way", "opening_archives")
    assert {f"reason.{reason}" for reason in (*reasons, *get_args(Stage))} <= known


def test_page_workbook_and_reports_say_the_same() -> None:
    found = made("phrases.js")
    assert found["verdict.failed"] == list(phrases.VERDICTS["failed"])
    assert found["cause.more.source"] == list(phrases.CAUSES_AT_LENGTH["source"])
    assert found["rule.REQ-ROW"] == list(phrases.RULES["REQ-ROW"])


@pytest.mark.parametrize("template", list(FORMS))
def test_the_page_draws_the_forms_themselves(template: Template) -> None:
    view = made("forms.js")[template]
    form = FORMS[template]
    pointers = [
        cell["pointer"] for table in view["tables"] for cell in table["cells"] if cell["pointer"]
    ]
    assert sorted(pointers) == sorted(form.pointers)
    for drawn, table in zip(view["tables"], form.tables, strict=True):
        covered = sum(cell["row_span"] * cell["column_span"] for cell in drawn["cells"])
        assert covered == table.rows * table.columns, "the cells fill the grid"
        places = [(cell["row"], cell["column"]) for cell in drawn["cells"]]
        assert places == sorted(places), "a browser lays cells in reading order"


@pytest.mark.parametrize(
    ("template", "table", "text", "english"),
    [
        ("2021", "requests", "1.属于国家秘密", "denied state secret"),
        ("2021", "requests", "商业企业", "commercial enterprise"),
        ("2021", "requests", "（三）不予公开", ""),
        ("2021", "proactive_disclosure", "本年制发件数", "issued"),
        ("2021", "proactive_disclosure", "本年处理决定数量", ""),
        ("2021", "proactive_disclosure", "行政事业性收费", "administrative fees"),
        ("2021", "proactive_disclosure", "第二十条第（五）项", ""),
        ("2021", "review_and_litigation", "行政复议", "administrative reconsideration"),
        ("2021", "review_and_litigation", "复议后起诉", "litigation after reconsideration"),
        ("2021", "review_and_litigation", "尚未审结", "pending"),
        ("2019", "requests", "（六）其他处理", "other handling"),
        ("2019", "proactive_disclosure", "采购总金额", "amount"),
        ("2019", "proactive_disclosure", "本年增/减", "change"),
    ],
)
def test_a_label_is_named_in_english_by_the_keys_it_stands_for(
    template: Template, table: str, text: str, english: str
) -> None:
    drawn = next(one for one in form_view(FORMS[template]).tables if one.name == table)
    assert {cell.english for cell in drawn.cells if cell.text == text} == {english}


@pytest.mark.parametrize(
    ("table", "rows"), [("proactive_disclosure", 0), ("requests", 3), ("review_and_litigation", 3)]
)
def test_only_headers_of_the_whole_table_head_it(table: str, rows: int) -> None:
    for form in FORMS.values():
        assert next(t for t in form_view(form).tables if t.name == table).head_rows == rows
