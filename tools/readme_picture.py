"""Take the README's picture of a chapter, light and dark, from the built book.

    make test-browser                  once: it builds the book and installs Playwright
    python tools/readme_picture.py     writes chapters/_static/readme-light.png and -dark.png

It shows a section of a chapter: its text, its cells, and the stepper that they make.
"""

import shutil

from building import ROOT
from playwright.sync_api import sync_playwright

PAGE = ROOT / "_build/html/chapters/single_kernel.html"
FIRST, STEPPER = "#where-one-goes", 1  # the heading above, and which stepper of the page
STEP = 4  # of 9: a δ in the middle, whose copy of the kernel overlaps others
WIDTH, MARGIN = 800, 12


def main():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": WIDTH, "height": 2000}, color_scheme=theme)
            page.set_default_timeout(120_000)  # milliseconds; a busy machine is slow
            page.goto(PAGE.as_uri())
            page.locator(".katex").first.wait_for()
            stepper = page.locator(".stepper").nth(STEPPER)
            for _ in range(STEP):
                stepper.locator("button").last.click()
            page.mouse.move(0, 0)
            top, bottom = page.locator(FIRST).bounding_box()["y"] - MARGIN, stepper.bounding_box()
            height = bottom["y"] + bottom["height"] + MARGIN - top
            clip = {"x": 0, "y": top + page.evaluate("scrollY"), "width": WIDTH, "height": height}
            page.screenshot(
                path=ROOT / f"chapters/_static/readme-{theme}.png", clip=clip, full_page=True, animations="disabled"
            )
        browser.close()


if __name__ == "__main__":
    main()
