CREATE TABLE surveys_survey (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    lead TEXT NOT NULL,
    questions TEXT NOT NULL,
    anonymous BIGINT NOT NULL,
    days BIGINT NOT NULL,
    remind_days BIGINT NOT NULL,
    keep_days BIGINT NOT NULL,
    state TEXT NOT NULL,
    starts_at BIGINT,
    opened_at BIGINT,
    ends_at BIGINT,
    closed_at BIGINT,
    erase_at BIGINT,
    reminded_at BIGINT,
    reminders BIGINT NOT NULL,
    erased_asked BIGINT NOT NULL,
    erased_answered BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX surveys_survey_state ON surveys_survey (state);
CREATE TABLE surveys_group (
    survey_id TEXT NOT NULL REFERENCES surveys_survey (id),
    group_id TEXT NOT NULL,
    PRIMARY KEY (survey_id, group_id)
);
CREATE TABLE surveys_person (
    survey_id TEXT NOT NULL REFERENCES surveys_survey (id),
    person_id TEXT NOT NULL,
    PRIMARY KEY (survey_id, person_id)
);
CREATE TABLE surveys_told (
    survey_id TEXT NOT NULL REFERENCES surveys_survey (id),
    endpoint_id TEXT NOT NULL,
    PRIMARY KEY (survey_id, endpoint_id)
);
CREATE TABLE surveys_asked (
    survey_id TEXT NOT NULL REFERENCES surveys_survey (id),
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (survey_id, who)
);
CREATE INDEX surveys_asked_who ON surveys_asked (who);
CREATE TABLE surveys_answer (
    survey_id TEXT NOT NULL REFERENCES surveys_survey (id),
    who TEXT NOT NULL,
    name TEXT,
    answered_at BIGINT,
    answers TEXT NOT NULL,
    PRIMARY KEY (survey_id, who)
);
