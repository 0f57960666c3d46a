-- How far the events were read for violations; -1 until the first look, which begins with what comes after it.
CREATE TABLE rule_book_feed (
    position BIGINT NOT NULL
);
INSERT INTO rule_book_feed (position) VALUES (-1);
