"""Reads a lake as a stranger would: DuckDB on the Parquet files, boto3 on the bucket. What it finds is printed as JSON.

    lake.py read FOLDER                  the rows of all files, and whether each file is in the order of time
    lake.py table FILE                   the columns of one file with their types, and its rows
    lake.py bucket make|files ENDPOINT AUTHORITY NAME
"""

import json
import sys


def read(folder):
    import duckdb

    files = f"read_parquet('{folder}/ext/*/*/*/*/*.parquet', hive_partitioning=true, union_by_name=true, filename=true)"
    rows = duckdb.sql(
        f"""SELECT metadata.uid AS uid, metadata.event_code AS kind, class_uid, type_uid, device.hostname AS hostname,
            epoch_us(time_dt) // 1000 = time AS agrees, region, accountId AS account, eventDay::VARCHAR AS day,
            strftime(time_dt AT TIME ZONE 'UTC', '%Y%m%d') AS own_day, unmapped['lane'] AS lane, filename
            FROM {files}"""
    )
    names = rows.columns
    found = [dict(zip(names, row)) for row in rows.fetchall()]
    unsorted = []
    for name in sorted({row["filename"] for row in found}):
        times = [time for (time,) in duckdb.sql(f"SELECT time FROM read_parquet('{name}')").fetchall()]
        classes = duckdb.sql(f"SELECT count(DISTINCT class_uid) FROM read_parquet('{name}')").fetchall()[0][0]
        if times != sorted(times) or classes != 1:
            unsorted.append(name)
    return {"rows": found, "unsorted": unsorted}


def table(file):
    import duckdb

    found = duckdb.sql(f"SELECT * REPLACE (epoch_us(occurred_at) AS occurred_at, epoch_us(received_at) AS received_at) FROM '{file}'")
    types = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{file}')").fetchall())
    return {"types": types, "rows": [dict(zip(found.columns, row)) for row in found.fetchall()]}


def bucket(verb, endpoint, authority, name):
    import boto3

    s3 = boto3.client("s3", endpoint_url=endpoint, verify=authority)
    if verb == "make":
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        return {}
    files = s3.list_objects_v2(Bucket=name).get("Contents", [])
    return {file["Key"]: s3.get_object(Bucket=name, Key=file["Key"])["Body"].read().hex() for file in files}


verbs = {"read": read, "table": table, "bucket": bucket}
print(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))
