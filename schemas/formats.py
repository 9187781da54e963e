"""Say what a file is from its bytes; both rooms decide by the same signatures.

A name alone is never believed. It only settles what bytes cannot: Markdown is text whose name
says so, and a ZIP whose directory is out of sight may be an office document.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Role = Literal[
    "readable",  # a document this version reads
    "convertible",  # a document this version reads where LibreOffice is installed
    "later",  # a document this version does not read yet
    "archive",  # a container whose members are documents
    "foreign_archive",  # a container we do not open
]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of file; `label` and `label_en` complete the sentence “the file is …”."""

    name: str
    media_type: str
    role: Role
    label: str
    label_en: str


def _format(name: str, media_type: str, role: Role, label: str, label_en: str) -> Format:
    return Format(name=name, media_type=media_type, role=role, label=label, label_en=label_en)


_OFFICE = "application/vnd.openxmlformats-officedocument."

FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        _format("pdf", "application/pdf", "readable", "PDF", "a PDF"),
        _format("png", "image/png", "readable", "PNG 图片", "a PNG image"),
        _format("jpeg", "image/jpeg", "readable", "JPEG 图片", "a JPEG image"),
        _format("tiff", "image/tiff", "readable", "TIFF 图片", "a TIFF image"),
        _format("bmp", "image/bmp", "readable", "BMP 图片", "a BMP image"),
        _format("webp", "image/webp", "later", "WebP 图片", "a WebP image"),
        _format("gif", "image/gif", "later", "GIF 图片", "a GIF image"),
        _format("heif", "image/heif", "later", "HEIC/AVIF 照片", "a HEIC or AVIF photograph"),
        _format("jp2", "image/jp2", "later", "JPEG 2000 图片", "a JPEG 2000 image"),
        _format("bigtiff", "image/tiff", "later", "BigTIFF 图片", "a BigTIFF image"),
        _format("psd", "image/vnd.adobe.photoshop", "later", "PSD 图片", "a Photoshop image"),
        _format("docx", _OFFICE + "wordprocessingml.document", "readable",
                "Word 文档（DOCX）", "a Word document (DOCX)"),
        _format("xlsx", _OFFICE + "spreadsheetml.sheet", "later",
                "Excel 表格（XLSX）", "an Excel workbook (XLSX)"),
        _format("pptx", _OFFICE + "presentationml.presentation", "later",
                "PowerPoint 演示文稿（PPTX）", "a PowerPoint presentation (PPTX)"),
        _format("odf", "application/vnd.oasis.opendocument", "convertible",
                "OpenDocument 文档", "an OpenDocument file"),
        _format("ofd", "application/ofd", "later", "OFD 版式文件", "an OFD document"),
        _format("ole", "application/x-ole-storage", "convertible",
                "旧版 Office 或 WPS 文档（DOC/WPS/XLS）", "an old Office or WPS document"),
        _format("rtf", "application/rtf", "convertible", "RTF 文档", "an RTF document"),
        _format("wordml", "application/xml", "convertible",
                "Word 2003 XML 文档", "a Word 2003 XML document"),
        _format("html", "text/html", "readable", "网页（HTML）", "a web page (HTML)"),
        _format("mhtml", "multipart/related", "readable", "网页（MHTML）", "a web page (MHTML)"),
        _format("svg", "image/svg+xml", "later", "SVG 图形", "an SVG drawing"),
        _format("xml", "application/xml", "later", "XML 文件", "an XML file"),
        _format("postscript", "application/postscript", "later", "PostScript 文件", "PostScript"),
        _format("markdown", "text/markdown", "readable", "Markdown 文本", "Markdown text"),
        _format("text", "text/plain", "readable", "纯文本", "plain text"),
        _format("blank", "text/plain", "later", "没有文字的空白文本", "a text of blanks alone"),
        _format("utf16", "text/plain", "later", "没有字节序标记（BOM）的 UTF-16 文本",
                "UTF-16 text without its mark of order (BOM)"),
        _format("zip", "application/zip", "archive", "ZIP 压缩包", "a ZIP archive"),
        _format("tar", "application/x-tar", "archive", "TAR 归档", "a TAR archive"),
        _format("gzip", "application/gzip", "archive", "GZIP 压缩包", "a GZIP archive"),
        _format("bzip2", "application/x-bzip2", "archive", "BZIP2 压缩包", "a BZIP2 archive"),
        _format("xz", "application/x-xz", "archive", "XZ 压缩包", "an XZ archive"),
        _format("rar", "application/vnd.rar", "foreign_archive", "RAR 压缩包", "a RAR archive"),
        _format("7z", "application/x-7z-compressed", "archive", "7Z 压缩包", "a 7Z archive"),
        _format("zstd", "application/zstd", "foreign_archive", "ZSTD 压缩包", "a ZSTD archive"),
    )
}  # fmt: skip

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "bigtiff"),
    (b"MM\x00+", "bigtiff"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"),
    (b"\xff\x4f\xff\x51", "jp2"),
    (b"8BPS", "psd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"%!PS", "postscript"),
    (b"\xc5\xd0\xd3\xc6", "postscript"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif", b"avis")
_BMP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))
_OFFICE_OPENINGS = (
    b"[Content_Types].xml", b"_rels/", b"docProps/", b"customXml/", b"word/", b"xl/", b"ppt/",
)  # fmt: skip
_OFFICE_SUFFIXES = {".docx": "docx", ".docm": "docx", ".xlsx": "xlsx", ".pptx": "pptx"}

_WIDE = {
    b"\xff\xfe": ("utf-16",),
    b"\xfe\xff": ("utf-16",),
    b"<\x00": ("utf-16-le",),  # markup without a mark of order
    b"\x00<": ("utf-16-be",),
}

_BROKEN = 0.005
"""Share of characters that may be broken in what is a text all the same."""

_NOTHING = 0.02
"""Share of bytes that are nothing in text of two bytes a character."""
_CHINESE = re.compile(r"[\s!-~\u3000-\u9fff\uff00-\uffef]")
_MOSTLY = 0.9
"""Share of Chinese characters and ASCII in a Chinese text."""

_HEAD_BYTES = 64 * 1024
_PDF_HEADER_WITHIN = 1024
"""Bytes of junk readers have always forgiven before `%PDF-` (PDF Reference 1.7, appendix H)."""

_PDF_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,9} [0-9]{1,5} obj\b")
_MARKUP = re.compile(
    rb"<(!doctype html|html|head|body|meta|title|table|div|span|p|h[1-6]|script|style)[\s>/]", re.I
)
_WEB_PAGE = re.compile(rb"<(!doctype html|html|head|body|script|style)[\s>/]", re.I)
_HEADING = re.compile(r"^#{1,6} ", re.M)
_SVG = re.compile(rb"(?:\s|<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>]*>)*<svg[\s>]", re.I | re.S)
"""A drawing by itself: web pages hold small ones for icons."""
_MARKDOWN = re.compile(r"^(#{1,6} |\|?[ :|]*-[ :|-]*\|[ :|-]*$)", re.M)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(content: bytes, filename: str) -> Format | None:
    """Return what a file is, or None; its first 64 KiB suffice, the whole settles more."""
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    name = (
        _by_signature(content)
        or _zip_kind(content, suffix)
        or _structured(content)
        or _text_kind(content[:_HEAD_BYTES], suffix)
    )
    return FORMATS[name] if name else None


def _by_signature(content: bytes) -> str | None:
    for signature, name in _SIGNATURES:
        if content.startswith(signature):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "heif"
    if content[:2] == b"BM" and content[14:18] in _BMP_HEADERS:
        return "bmp"
    return None


def _zip_kind(content: bytes, suffix: str) -> str | None:
    """Tell office documents, which are ZIP files inside, from archives of documents."""
    if content[:4] in (b"PK\x05\x06", b"PK\x07\x08"):
        return "zip"
    if content[:4] != b"PK\x03\x04":
        return None
    first = content[30 : 30 + int.from_bytes(content[26:28], "little")]
    if first.startswith((b"OFD.xml", b"Doc_0/")) or suffix == ".ofd":
        return "ofd"
    if first == b"mimetype":
        return "odf"
    if first.startswith(_OFFICE_OPENINGS) or suffix in _OFFICE_SUFFIXES:
        seen = (content[:8192] + content[-_HEAD_BYTES:]).lower().replace(b"\\", b"/")
        for mark, name in ((b"word/", "docx"), (b"xl/", "xlsx"), (b"ppt/", "pptx")):
            if mark in seen:
                return name
        return _OFFICE_SUFFIXES.get(suffix, "zip")
    return "zip"


def _structured(content: bytes) -> str | None:
    """Recognise what carries its mark further in: TAR, PDF after junk, PDF without header."""
    if is_tar_header(content[:512]):  # first: its first member may be a PDF
        return "tar"
    head = content[:_PDF_HEADER_WITHIN]
    if b"%PDF-" in head and not _MARKUP.search(head[: head.index(b"%PDF-")]):
        return "pdf"
    if _PDF_OBJECT.search(head) and b"%%EOF" in content[-_PDF_HEADER_WITHIN:]:
        return "pdf"
    return None


def is_tar_header(block: bytes) -> bool:
    """Say whether 512 bytes are a TAR member's header: its checksum holds (POSIX.1-1988)."""
    if len(block) < 512 or not block[0]:
        return False
    digits = block[148:156].strip(b" \0")
    if not digits or len(digits) > 7 or digits.strip(b"01234567"):
        return False
    return int(digits, 8) == sum(block[:148]) + 8 * 0x20 + sum(block[156:512])


def _text_kind(head: bytes, suffix: str) -> str | None:
    text = _decode(head)
    if text is None:
        opening = head[:4096]
        if not opening.removeprefix(codecs.BOM_UTF8).strip():
            return "blank"
        if _is_unmarked_utf16(opening):
            return "utf16"
        plain = not _CONTROLS.search(opening.decode("latin-1"))
        return "html" if plain and _MARKUP.search(opening) else None  # in whatever encoding
    opening = text[:4096].encode()  # UTF-16 is told by the same marks
    if _SVG.match(opening):
        return "svg"
    marked = suffix in (".md", ".markdown") or _HEADING.search(text[:4096])
    if _MARKUP.search(opening):  # Markdown may hold tables of HTML, but is no page of it
        return "markdown" if marked and not _WEB_PAGE.search(opening) else "html"
    if opening.lstrip().startswith(b"<?xml"):
        return "wordml" if b'progid="Word.Document"' in opening else "xml"
    if b"MIME-Version:" in opening and b"multipart/related" in opening:
        return "mhtml"
    if marked or _MARKDOWN.search(text[:4096]):
        return "markdown"
    return "text"


def _is_unmarked_utf16(opening: bytes) -> bool:
    """Say whether bytes are text of two bytes a character that does not say which comes first.

    Figures and line ends have a byte of nothing, on the same side all of them.
    """
    big, little = opening[::2].count(0), opening[1::2].count(0)
    if max(big, little) < _NOTHING * len(opening):
        return False
    order = "utf-16-be" if big > little else "utf-16-le"
    text = opening[: len(opening) // 2 * 2].decode(order, "replace")
    return not _CONTROLS.search(text) and len(_CHINESE.findall(text)) >= _MOSTLY * len(text)


def _decode(head: bytes) -> str | None:
    """Return bytes as text when they are text: UTF-8, GB18030, or UTF-16 that says so."""
    for encoding in _WIDE.get(head[:2], ("utf-8-sig", "gb18030")):
        for cut in range(4):  # the head may end inside a character
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return text if text.strip() and not _CONTROLS.search(text) else None
    text = head.decode("utf-8", "replace")
    broken, written = text.count("\ufffd"), sum(not letter.isascii() for letter in text)
    return text if broken <= _BROKEN * written and not _CONTROLS.search(text) else None
