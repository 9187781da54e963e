"""The six sections of the report, titled alike in both notices."""

from schemas.form import SectionTitle

SECTIONS = (
    SectionTitle(number=1, title="总体情况"),
    SectionTitle(
        number=2, title="主动公开政府信息情况", variants=("行政机关主动公开政府信息情况",)
    ),
    SectionTitle(
        number=3,
        title="收到和处理政府信息公开申请情况",
        variants=("行政机关收到和处理政府信息公开申请情况",),
    ),
    SectionTitle(
        number=4,
        title="政府信息公开行政复议、行政诉讼情况",
        variants=("因政府信息公开工作被申请行政复议、提起行政诉讼情况",),
    ),
    SectionTitle(
        number=5,
        title="存在的主要问题及改进情况",
        variants=("政府信息公开工作存在的主要问题及改进情况",),
    ),
    SectionTitle(number=6, title="其他需要报告的事项"),
)
