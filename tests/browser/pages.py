"""What a page must show in a browser: see `check.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page

#: What the style sheet in Snakemake's report says of itself on the console.
KNOWN = "cdn.tailwindcss.com should not be used in production"
#: Elements that reach out of the window and are in nothing that scrolls by itself.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && !each.closest('.wide');
}).map((each) => each.outerHTML.slice(0, 200))"""
#: Pictures that are not loaded.
EMPTY = "() => [...document.images].filter((each) => !(each.complete && each.naturalWidth > 50)).length"


@contextmanager
def opened(browser: Browser, file: Path, width: int, script: bool = True) -> Iterator[Page]:
    """A page of a file in a window without a network; afterwards: it asked for nothing, complained of nothing."""
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
    context.set_offline(True)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.resolve().as_uri())
    yield page
    context.close()
    check(not (more := [text for text in said if KNOWN not in text]), f"{file}: console: {more}")
    outside = [url for url in asked if not url.startswith(("data:", file.resolve().as_uri()))]
    check(not outside, f"{file}: asked for {outside}")


def check(holds: bool, message: str) -> None:
    """AssertionError with a message, also where Python runs without assertions."""
    if not holds:
        raise AssertionError(message)


def fits(page: Page | Frame, where: str) -> None:
    """Check that nothing is cut off and that the page does not scroll sideways."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    check(wide <= window, f"{where}: {wide} pixels wide in a window of {window}")
    check(not (cut := page.evaluate(CUT_OFF)), f"{where}: cut off: {cut}")
    check(not page.evaluate(EMPTY), f"{where}: a picture is not there")


def look_at_page(browser: Browser, file: Path, width: int, pictures: Path) -> None:
    """Check a page as it opens, and as it opens without scripts."""
    where = f"{file.parent.name}/{file.name} at {width} pixels"
    with opened(browser, file, width) as page:
        fits(page, where)
        check(page.locator("h1").count() == 1, f"{where}: has no heading")
        page.screenshot(path=pictures / f"{file.parent.name}_{file.stem}_{width}.png", full_page=True)
    with opened(browser, file, width, script=False) as page:
        # without scripts nothing may be hidden but what only they can move
        hidden = [each for each in page.locator("article, .step, figure, table").all() if not each.is_visible()]
        check(not hidden, f"{where}: {len(hidden)} parts need a script to be seen")
        check(not page.locator(".controls").is_visible(), f"{where}: buttons that do nothing are shown")


def look_at_steps(browser: Browser, file: Path, width: int, pictures: Path) -> None:
    """Check that keys and buttons lead through every question and step, one at a time, and that all are printed."""
    where = f"{file.parent.name}/{file.name} at {width} pixels"
    with opened(browser, file, width) as page:
        shown, status = page.locator("article:visible"), page.locator(".where")
        questions = page.locator("article").count()
        check(questions == 20, f"{where}: {questions} questions")
        for number in range(1, questions + 1):
            article = page.locator(f"#q{number}")
            check(shown.count() == 1 and article.is_visible(), f"{where}: question {number} is not shown alone")
            steps = article.locator(".step").count()
            for step in range(1, steps):
                seen = article.locator(".step:visible").count()
                check(seen == step, f"{where}: {seen} steps of question {number} are shown, not {step}")
                check(status.inner_text() == f"step {step} of {steps - 1}", f"{where}: {status.inner_text()}")
                page.keyboard.press("ArrowRight")
            check(article.locator(".said").is_visible(), f"{where}: the answer of question {number} is not shown")
            fits(page, f"{where}, question {number}")
            page.keyboard.press("ArrowRight")  # leads nowhere
            check(status.inner_text() == "the answer", f"{where}: a step after the answer")
            if number in (1, questions):
                page.screenshot(path=pictures / f"{file.parent.name}_question{number}_{width}.png")
            page.keyboard.press("ArrowDown")
        page.locator("nav a").first.click()
        check(page.locator("#q1").is_visible() and shown.count() == 1, f"{where}: the list leads to no question")
        before = page.locator("#q1 .step:visible").count()
        page.get_by_role("button", name="step →").click()
        page.get_by_role("button", name="← back").click()
        check(page.locator("#q1 .step:visible").count() == before, f"{where}: the buttons do not undo each other")
        check(page.get_by_role("button", name="← back").is_disabled(), f"{where}: one can go back from the start")
        page.emulate_media(media="print")
        check(shown.count() == questions, f"{where}: {shown.count()} questions are printed")
        check(not page.locator(".controls").is_visible(), f"{where}: buttons are printed")


def look_at_report(browser: Browser, file: Path, experiments: list[str], pictures: Path) -> None:
    """Check that the report names every experiment, and shows its pages and what it says of them."""
    with opened(browser, file, 1280) as page:
        check(page.get_by_text("virtual token").first.is_visible(), "the report does not say what this is about")
        check(page.get_by_text("experiments:").first.is_visible(), "the report does not show the configuration")
        page.locator("canvas, svg.marks").first.wait_for()  # the graph of the steps
        page.wait_for_timeout(500)  # until it is drawn
        page.screenshot(path=pictures / "report.png")
        for experiment in experiments:
            # the report of a single experiment does not name it in its menu
            page.get_by_text(experiment if len(experiments) > 1 else "Results", exact=True).first.click()
            for what in ("table", "figures", "runs", "questions, step by step"):
                line = page.locator("tr", has=page.get_by_role("cell", name=what, exact=True))
                line.locator("a").first.click()
                heading = f"{experiment}: {'20 ' if what.startswith('questions') else ''}{what}"
                page.frame_locator("iframe").get_by_role("heading", name=heading, exact=True).wait_for()
                fits(page.frames[-1], f"{what} of {experiment} in the report")
                page.screenshot(path=pictures / f"report_{experiment}_{what.split(',')[0]}.png")
            line.locator("a").nth(1).click()
            page.get_by_text("came to its answers to single questions").first.wait_for()
            page.reload()
