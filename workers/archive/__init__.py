"""Archives of documents, member by member; whatever is hostile in them ends as a value here."""

from workers.archive.member import ArchiveLimits, ArchiveRefused, Member, Refused
from workers.archive.unpack import is_archive, iterate

__all__ = ["ArchiveLimits", "ArchiveRefused", "Member", "Refused", "is_archive", "iterate"]
