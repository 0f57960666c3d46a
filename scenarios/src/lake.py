"""Reads a lake as a stranger would: DuckDB on the Parquet files, boto3 on the bucket. What it finds is printed as JSON.

    lake.py read FOLDER                  the rows of all files, and whether each file is in the order of time
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


def bucket(verb, endpoint, authority, name):
    import boto3

    s3 = boto3.client("s3", endpoint_url=endpoint, verify=authority)
    if verb == "make":
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        return {}
    files = s3.list_objects_v2(Bucket=name).get("Contents", [])
    return {file["Key"]: s3.get_object(Bucket=name, Key=file["Key"])["Body"].read().hex() for file in files}


verbs = {"read": read, "bucket": bucket}
print(json.dumps(verbs[sys.argv[1]](*sys.argv[2:])))
