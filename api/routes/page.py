"""/: the page for people, and the files it is made of."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response

from api import page
from api.errors import not_found
from api.page import Asset
from api.parts import Parts, parts

router = APIRouter(include_in_schema=False)

Found = Annotated[Parts, Depends(parts)]
Known = Annotated[str | None, Header(alias="if-none-match")]


@router.get("/")
def get_page(found: Found, known: Known = None) -> Response:
    """Return the first page."""
    settings = found.settings
    store = settings.s3_public_endpoint or settings.s3_endpoint
    return _answer(page.site().first, page.ASKED_EACH_TIME, known, page.guard(store))


@router.get("/page/{version}/{name}")
def get_asset(version: str, name: str, known: Known = None) -> Response:
    """Return a file of the page; one asked for by an older page is what it is now."""
    site = page.site()
    asset = site.assets.get(name)
    if asset is None:
        raise not_found("页面文件", "file of the page")
    keep = page.KEPT_FOR_EVER if version == site.version else page.ASKED_EACH_TIME
    return _answer(asset, keep, known, {})


def _answer(asset: Asset, keep: str, known: str | None, more: dict[str, str]) -> Response:
    headers = page.headers(asset, keep) | more
    if known is not None and asset.etag in known:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
