"""The search: typing, filters, pictures, keys, and what it says where there is nothing to show."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.axe import axe
from tests.browser.conftest import OpenPage
from tests.browser.serving import Served
from tests.browser.watching import until

PLAYING = """(() => {
  const video = document.querySelector(".hit video");
  return video && !video.paused && video.muted && video.currentTime > 0;
})()"""


def field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search your videos")


def hits(page: Page) -> Locator:
    return page.locator(".hit")


def search(page: Page, words: str) -> None:
    """Type it as a person does, and wait for the answer."""
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    field(page).press_sequentially(words, delay=20)
    expect(page).to_have_title(f"{words} · scenedex")
    expect(page.locator(".results")).to_have_attribute("aria-busy", "false")


def test_it_answers_while_typing_and_its_address_is_the_search(page: Page, open_page: OpenPage) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Search inside your videos")).to_be_visible()
    expect(page.get_by_text("2 videos, 42 scenes")).to_be_visible()
    expect(field(page)).to_be_focused()
    axe(page)
    field(page).press_sequentially("balloons over mountains", delay=30)
    expect(hits(page).first).to_contain_text("scenedex-demo.mp4")
    expect(hits(page).first).to_contain_text("0:53")
    expect(hits(page).first).to_contain_text("strong")
    expect(page).to_have_url(re.compile(r"/\?q=balloons\+over\+mountains$"))
    expect(page).to_have_title("balloons over mountains · scenedex")
    axe(page)
    other = open_page()
    other.goto(page.url)
    expect(field(other)).to_have_value("balloons over mountains")
    expect(hits(other).first).to_contain_text("0:53")


def test_what_is_found_is_taken_along(page: Page) -> None:
    """The search as it stands, with its filters; nothing is left of the choice."""
    page.goto("/")
    take = page.get_by_role("combobox", name="Export")
    expect(take).to_be_hidden()
    search(page, "balloons over mountains")
    page.get_by_role("combobox", name="How sure").select_option("Strong only")
    expect(page).to_have_url(re.compile(r"band=strong"))
    expect(page.locator(".results")).to_have_attribute("aria-busy", "false")
    strong = hits(page).count()
    with page.expect_download() as downloading:
        take.select_option("EDL")
    assert downloading.value.suggested_filename == "balloons over mountains.edl"
    text = downloading.value.path().read_text(encoding="utf-8")
    assert 0 < text.count("* FROM CLIP NAME:") <= strong
    assert "* COMMENT: SCENE" in text
    expect(take).to_have_value("")
    axe(page)


def test_steps_back_lead_to_the_searches_before(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="What is said, in other words").click()
    expect(hits(page).first).to_contain_text("scenedex-demo.mp4")
    page.get_by_role("combobox", name="How sure").select_option("Strong only")
    expect(page).to_have_url(re.compile("band=strong"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"/\?q=we\+took\+the\+wrong\+turn$"))
    expect(page.get_by_role("combobox", name="How sure")).to_have_value("")
    page.go_back()
    expect(page.get_by_role("heading", name="Search inside your videos")).to_be_visible()
    expect(hits(page)).to_have_count(0)
    expect(field(page)).to_have_value("")


def test_only_the_last_answer_counts(page: Page) -> None:
    """A slow answer to what was typed before does not come in over a newer one."""

    def slow(route: Route) -> None:
        if json.loads(route.request.post_data or "{}").get("query") == "owl":
            page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/search", slow)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    field(page).press_sequentially("owl", delay=20)
    page.wait_for_timeout(300)
    field(page).fill("we should have turned left at the old mill")
    expect(page).to_have_title("we should have turned left at the old mill · scenedex")
    expect(page.locator(".results")).to_have_attribute("aria-busy", "false")
    expect(hits(page).first).to_contain_text("scenedex-demo.mp4")
    first = hits(page).first.text_content()  # what is laid out later has a text already
    page.wait_for_timeout(1700)
    assert hits(page).first.text_content() == first
    expect(page).to_have_title("we should have turned left at the old mill · scenedex")


def test_a_scene_that_is_pointed_at_plays_silently(page: Page, open_page: OpenPage) -> None:
    search(page, "balloons over mountains")
    hits(page).first.locator(".frame").hover()
    until(page, PLAYING)
    at = page.locator(".hit video").evaluate("(video) => video.currentTime")
    assert 50 < at < 56
    page.mouse.move(5, 700)
    expect(page.locator(".hit video")).to_have_count(0)
    field(page).press("ArrowDown")
    expect(page.locator(".hit video")).to_have_count(1)
    still = open_page(reduced_motion="reduce")
    search(still, "balloons over mountains")
    hits(still).first.locator(".frame").hover()
    still.wait_for_timeout(500)
    expect(still.locator(".hit video")).to_have_count(0)


def test_why_a_scene_was_found(page: Page) -> None:
    search(page, "we should have turned left at the old mill")
    hits(page).first.get_by_role("button", name="Why").click()
    why = page.get_by_role("group", name="Why")
    rows = why.get_by_role("row")
    expect(rows.first).to_contain_text("Share")
    shares = [int(one) for one in re.findall(r"(\d+)%", why.get_by_role("table").inner_text())]
    assert abs(sum(shares) - 100) <= len(shares)
    assert shares == sorted(shares, reverse=True)
    expect(why.locator("mark").first).to_be_visible()
    assert {"turned", "left", "mill"} <= {one.lower() for one in why.locator("mark").all_inner_texts()}
    expect(why.get_by_text("The best picture of the scene")).to_be_visible()
    expect(why.get_by_role("heading", name="How the query was read")).to_be_visible()
    assert why.locator("img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    axe(page)
    why.get_by_role("link", name="By words").click()
    expect(page).to_have_url(re.compile("by=words"))
    expect(page.get_by_role("combobox", name="Search by")).to_have_value("by=words")
    expect(hits(page).first).to_contain_text("scenedex-demo.mp4")
    expect(why.get_by_role("link", name="By words")).to_have_attribute("aria-current", "true")
    expect(hits(page).first.get_by_role("button", name="Why")).to_be_focused()
    expect(why.get_by_role("row", name="Seen")).to_have_count(0)
    why.get_by_role("link", name="By picture").click()
    expect(page).to_have_url(re.compile("by=picture"))
    page.go_back()
    page.go_back()
    expect(page.get_by_role("combobox", name="Search by")).to_have_value("")


def test_more_like_a_scene_and_more_as_one_scrolls(page: Page) -> None:
    search(page, "balloons over mountains")
    hits(page).first.get_by_role("button", name="Why").click()
    expect(page.get_by_role("group", name="Why")).to_contain_text("The picture that matched, at 0:53")
    page.get_by_role("group", name="Why").get_by_role("link", name="More like this").click()
    expect(page).to_have_url(re.compile(r"/\?like=[0-9a-f-]{36}$"))
    expect(page.get_by_text("Like a scene")).to_be_visible()
    page.mouse.move(640, 500)
    expect(hits(page)).not_to_have_count(0)
    for _ in range(200):
        if hits(page).count() > 24:
            break
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(50)
    ids = page.evaluate("[...document.querySelectorAll('.hit')].map((el) => el.hit.scene_id)")
    assert len(set(ids)) == len(ids) > 24
    axe(page)
    page.get_by_role("button", name="Without: Like a scene").click()
    expect(page.get_by_role("heading", name="Search inside your videos")).to_be_visible()


def test_filters_stand_in_the_address_and_can_be_taken_away(page: Page) -> None:
    search(page, "a")
    names = page.get_by_role("combobox", name="Video", exact=True)
    names.focus()
    expect(page.locator("#video-names option")).to_have_count(2)
    names.fill("openreel_20shots.mp4")
    chip = page.get_by_role("button", name="Without: openreel_20shots.mp4")
    expect(chip).to_be_visible()
    expect(page).to_have_url(re.compile("video=[0-9a-f-]{36}"))
    page.get_by_role("combobox", name="Added").select_option("In the last week")
    page.get_by_role("combobox", name="Length").select_option("Under 4 minutes")
    expect(page).to_have_url(re.compile("days=7.*shorter=240|shorter=240.*days=7"))
    page.reload()
    expect(chip).to_be_visible()
    expect(page.get_by_role("combobox", name="Added")).to_have_value("days=7")
    expect(page.get_by_role("combobox", name="Length")).to_have_value("shorter=240")
    page.get_by_role("combobox", name="Length").select_option("Over 20 minutes")
    expect(page.get_by_text("Nothing here fits “a”.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Search everywhere").click()
    expect(chip).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?q=a$"))


def test_weaker_results_are_counted_and_shown_where_they_are_asked_for(page: Page) -> None:
    search(page, "owl")
    hidden = page.get_by_text(re.compile(r"\d+ weaker results? hidden:"))
    expect(hidden).to_be_visible()
    before = hits(page).count()
    count = int(re.findall(r"\d+", hidden.inner_text())[0])
    page.get_by_role("button", name="show").click()
    expect(hits(page)).to_have_count(before + count)
    expect(hidden).to_have_count(0)
    expect(page).to_have_url(re.compile("weaker=1"))


def test_nothing_is_an_honest_answer(page: Page) -> None:
    search(page, "quarterly tax report")
    expect(page.get_by_role("heading", name="Nothing here fits “quarterly tax report”.")).to_be_visible()
    axe(page)


def test_by_keys_alone(page: Page) -> None:
    page.goto("/?q=a&weaker=1")
    expect(hits(page).nth(5)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(hits(page).nth(0).get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    columns = page.evaluate(
        "getComputedStyle(document.querySelector('.grid')).gridTemplateColumns.split(' ').length"
    )
    assert columns > 2
    expect(hits(page).nth(1 + columns).get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("w")
    expect(page.get_by_role("group", name="Why")).to_be_visible()
    page.keyboard.press("w")
    expect(page.get_by_role("group", name="Why")).to_have_count(0)
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    field(page).fill("balloons over mountains")
    expect(hits(page).first).to_contain_text("0:53")
    field(page).press("ArrowDown")
    scene = hits(page).first.get_by_role("link").get_attribute("href")
    page.keyboard.press("Enter")
    expect(page).to_have_url(
        re.compile(r"/videos/[0-9a-f-]{36}\?q=balloons\+over\+mountains&t=53[.\d]*&scene=[0-9a-f-]{36}")
    )
    assert scene is not None
    assert page.url.endswith(scene)
    page.go_back()
    expect(hits(page).first.get_by_role("link")).to_be_focused()


def test_a_channel_that_fails_is_named(page: Page) -> None:
    def degrade(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, json={**answer.json(), "degraded": ["visual: its encoder <b>failed</b>."]}
        )

    page.route("**/search", degrade)
    search(page, "we took the wrong turn")
    expect(page.get_by_text("visual: its encoder <b>failed</b>.")).to_be_visible()
    expect(hits(page).first).to_be_visible()
    axe(page)


def test_a_failure_is_said_and_tried_again(page: Page, expect_failures: Callable[..., None]) -> None:
    expect_failures("503")
    failure = {
        "error": {"code": "store_unavailable", "message": "The database does not answer.", "detail": None}
    }
    page.route("**/search", lambda route: route.fulfill(status=503, json=failure))
    search(page, "owl")
    expect(page.get_by_text("The database does not answer.")).to_be_visible()
    page.unroute("**/search")
    page.get_by_role("button", name="Try again").click()
    expect(hits(page).first).to_be_visible()
    expect(page.get_by_text("The database does not answer.")).to_have_count(0)


def test_the_server_dies_and_comes_back(
    page: Page, served: Served, expect_failures: Callable[..., None]
) -> None:
    search(page, "balloons over mountains")
    expect(hits(page).first).to_contain_text("0:53")
    expect_failures("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")
    served.stop()
    try:
        field(page).fill("thank you for waiting")
        said = page.get_by_text("scenedex does not answer. What is shown stays; trying again…")
        expect(said.first).to_be_visible()
        expect(hits(page).first).to_contain_text("0:53")
        axe(page)
    finally:
        served.start()
    expect(said).to_have_count(0, timeout=20_000)
    expect(hits(page).first).to_contain_text("1:16")


def test_in_korean_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(phone=True, dark=True, lang="ko-KR", viewport={"width": 320, "height": 640})
    page.goto("/?q=약속")
    expect(hits(page).first).to_contain_text("확실함")
    page.get_by_role("button", name="필터").tap()
    page.get_by_role("combobox", name="검색 방식").select_option("말만")
    expect(page).to_have_url(re.compile("by=words"))
    hits(page).first.get_by_role("button", name="이유").tap()
    expect(page.get_by_role("group", name="이유").locator("mark").first).to_have_text(re.compile("약속"))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_is_hostile_in_an_address_is_an_error_in_words(
    page: Page, expect_failures: Callable[..., None]
) -> None:
    expect_failures("422")
    page.goto("/?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&video=%22%3E%3Cscript%3E&longer=x&band=none")
    expect(page.locator(".note")).to_contain_text("video_ids")
    expect(field(page)).to_have_value("<img src=x onerror=alert(1)>")
    assert Path(page.url).name
