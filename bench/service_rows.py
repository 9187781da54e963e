"""A database as it is after years: finished jobs of all kinds, made by the server itself."""

import sqlalchemy
from sqlalchemy import text

_BATCH = 10_000

_BATCHES = f"""
    INSERT INTO batches (id, tenant, status, expanded, finished_at)
    SELECT 'bat_0000' || lpad(n::text, 22, '0'), 'local', 'succeeded', true, now()
    FROM generate_series(0, :rows / {_BATCH}) AS n"""

_ROWS = f"""
    INSERT INTO jobs (id, tenant, batch_id, status, verdict, filename, media_type, kind, sha256,
                      size_bytes, pages_total, pages_done, issuer, year, template, region_code,
                      finding_codes, metadata, files, created_at, started_at, finished_at)
    SELECT 'job_0000' || lpad(n::text, 22, '0'),
           CASE WHEN n % 20 = 7 THEN 'other' ELSE 'local' END,
           CASE WHEN n % 4 > 0 AND n % 20 <> 7 THEN
                'bat_0000' || lpad((n / {_BATCH})::text, 22, '0') END,
           CASE WHEN n % 50 = 0 THEN 'failed' WHEN n % 97 = 0 THEN 'partially_succeeded'
                ELSE 'succeeded' END,
           CASE WHEN n % 50 = 0 THEN NULL WHEN n % 9973 = 0 THEN 'incomplete'
                ELSE (ARRAY['passed','passed','passed','warnings','failed'])[1 + h % 5] END,
           CASE n % 3 WHEN 0 THEN 'scan-' || n || '.pdf'
                ELSE issuer || year || '年政府信息公开工作年度报告.pdf' END,
           'application/pdf', 'scan', md5(n::text) || md5(n::text), 1000, 4, 4,
           CASE WHEN n % 50 > 0 THEN issuer END, CASE WHEN n % 50 > 0 THEN year END, '2021',
           CASE WHEN n % 50 > 0 THEN (110000 + h % 550000)::text END,
           CASE WHEN n % 9973 = 0 THEN ARRAY['STR-TABLE']
                WHEN h % 5 = 3 THEN ARRAY['NAR-COUNT', 'STR-LABEL']
                WHEN h % 5 = 4 THEN ARRAY['NAR-COUNT', 'REQ-BALANCE', 'REQ-ROW']
                WHEN h % 7 = 0 THEN ARRAY['SOFT-OTHER'] ELSE '{{}}'::text[] END,
           '{{"source": "bench"}}', '["long.csv", "record.json", "searchable.pdf", "tables.json",
           "validation.html", "validation.json", "workbook.xlsx"]',
           now() - (:rows - n) * interval '30 s', now() - (:rows - n) * interval '29 s',
           now() - (:rows - n) * interval '28 s'
    FROM (SELECT n, h, 2019 + n % 6 AS year,
                 (ARRAY['宁波市','杭州市','石家庄市','成都市','昆明市','长沙市','沈阳市','兰州市',
                        '合肥市','南宁市'])[1 + h % 10]
                 || (ARRAY['东','西','南','北','城中','城关','新','江','河','湖'])[1 + h / 10 % 10]
                 || (ARRAY['区','县'])[1 + h / 100 % 2]
                 || (ARRAY['科学技术局','教育局','财政局','民政局','司法局','水利局','统计局',
                           '审计局','自然资源局','卫生健康局'])[1 + h / 200 % 10]
                 || h / 2000 % 10 || '处' AS issuer
          FROM (SELECT n, abs(hashint8(n) / 2) AS h
                FROM generate_series(1, :rows) AS n) AS a) AS b"""

_PAGES = """
    INSERT INTO pages (job_id, number, status, finished_at)
    SELECT 'job_0000' || lpad(n::text, 22, '0'), 1, 'done', now() - interval '1 day'
    FROM generate_series(1, :rows) AS n"""


_INDEXES = """
    SELECT x.indexrelid::regclass::text AS name, pg_get_indexdef(x.indexrelid) AS made
    FROM pg_index x
    WHERE x.indrelid IN ('jobs'::regclass, 'pages'::regclass, 'batches'::regclass)
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)
    ORDER BY x.indexrelid"""

_FOR_A_WHILE = (
    "SET LOCAL session_replication_role = replica",  # no foreign keys
    "SET LOCAL maintenance_work_mem = '1GB'",
    "SET LOCAL max_parallel_maintenance_workers = 1",  # beside the one that asks for it
)


def fill(database: sqlalchemy.Engine, rows: int) -> list[str]:
    """Have that many finished jobs in the database; return some ids of the tenant `local`.

    The indexes are taken away meanwhile and built again as they were: to enter a million rows into
    those of words one by one takes a quarter of an hour.
    """
    with database.begin() as connection:
        for setting in _FOR_A_WHILE:
            connection.execute(text(setting))
        indexes = connection.execute(text(_INDEXES)).all()
        for index in indexes:
            connection.execute(text(f"DROP INDEX {index.name}"))
        for made in (_BATCHES, _ROWS, _PAGES):
            connection.execute(text(made), {"rows": rows})
        for index in indexes:
            connection.exec_driver_sql(index.made)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE jobs, pages, batches"))
        connection.execute(text("CHECKPOINT"))  # or it would come in the middle of what is measured
        some = "SELECT id FROM jobs TABLESAMPLE SYSTEM (1) WHERE tenant = 'local' LIMIT 5000"
        return list(connection.execute(text(some)).scalars())
