"""Rows for a history: finished generations, in a database that the gateway has made (storage/migration_1.cpp)."""

import sqlite3

# As long as real ones: about 800 bytes a row with its indexes.
GENERATIONS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO generations (number, id, trace_id, prompt, model_asked, num_images, settings_json, created_at_ms, status,
  model, family, variant, fingerprint, seed, steps, width, height, guidance, sampler, seconds_json, finished_at_ms,
  duration_ms)
SELECT i, printf('%032x', i), printf('%032x', i * 31), 'a large red circle on a blue background, number ' || i, 'demo',
  1, '{"engine":"demo","prompt":"a large red circle on a blue background","seed":1,"steps":20}',
  1760000000000 + i * 1000, 2, 'demo', 'flux', 'dev', printf('%064x', 1), i, 20, 128, 128, 3.5, 'euler',
  '[{"seconds":0.000391,"stage":"queue"},{"seconds":0.0000244,"stage":"load"},{"seconds":0.008628,"stage":"encode"},'
  || '{"seconds":0.046227,"stage":"denoise"},{"seconds":0.091992,"stage":"decode"}]', 1760000000200 + i * 1000, 200
FROM n"""
FILES = """
INSERT INTO generation_files (generation, position, picture_file, thumbnail_file, picture_bytes, thumbnail_bytes)
SELECT number, 0, id || '.png', id || '.webp', 20000, 2000 FROM generations ORDER BY number"""


def fill(database, rows):
    """The gateway must not run. A crash may lose the file: it is a copy of nothing."""
    connection = sqlite3.connect(database)
    connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
    with connection:
        connection.execute(GENERATIONS, [rows])
        connection.execute(FILES)
    connection.close()
