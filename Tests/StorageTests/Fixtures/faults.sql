-- What breaks each rule of the doctor, in a file that has studies of Optuna's and the study 'own' of hpo's. A heading names the
-- rule; behind it stands whether its breach is but a note, and whether only the user can mend it. Each line is a fault of its own.

-- tables
DROP TABLE version_info;
DROP TABLE alembic_version;
DROP TABLE trial_heartbeats;

-- indexes [note]
DROP INDEX ix_trials_study_id;
DROP INDEX ix_studies_study_name;

-- version rows [note]
DELETE FROM version_info;
DELETE FROM alembic_version;
UPDATE version_info SET schema_version = NULL;
UPDATE version_info SET schema_version = 11;
UPDATE version_info SET schema_version = 'twelve';

-- revision
UPDATE alembic_version SET version_num = 'junk';
UPDATE alembic_version SET version_num = '';
UPDATE alembic_version SET version_num = CAST(x'76332e322e302e6100' AS TEXT);
UPDATE alembic_version SET version_num = x'00ff';
INSERT INTO alembic_version VALUES ('junk');

-- one version
PRAGMA ignore_check_constraints = ON; INSERT INTO version_info VALUES (2, 12, '5.0.0');
PRAGMA ignore_check_constraints = ON; INSERT INTO version_info VALUES (2, 12, '5.0.0'); UPDATE version_info SET schema_version = 11 WHERE version_info_id = 1;
DROP TABLE version_info; CREATE TABLE version_info (version_info_id INTEGER, schema_version INTEGER, library_version TEXT); INSERT INTO version_info VALUES (7, 12, '5.0.0'), (8, 12, '5.0.0');
INSERT INTO alembic_version VALUES ('v9.9.9.a');

-- trial's study
UPDATE trials SET study_id = 77 WHERE trial_id = 1;
UPDATE trials SET study_id = NULL WHERE trial_id = 1;
UPDATE trials SET study_id = 'x' WHERE trial_id = 1;

-- trial's study in a foreign file
DROP TABLE hpo_deletions; UPDATE trials SET study_id = 77 WHERE trial_id = 1;

-- deletions [note]
INSERT INTO hpo_deletions VALUES (77, 'gone'); UPDATE trials SET study_id = 77 WHERE trial_id = 1;
INSERT INTO hpo_deletions SELECT study_id, study_name FROM studies WHERE study_name = 'own';

-- study's name
DROP INDEX ix_studies_study_name; UPDATE studies SET study_name = 'own' WHERE study_id = 1;
UPDATE studies SET study_name = '' WHERE study_id = 1;
UPDATE studies SET study_name = x'00ff' WHERE study_id = 1;
UPDATE studies SET study_name = CAST(x'4eff' AS TEXT) WHERE study_id = 1;
UPDATE studies SET study_name = CAST(x'4e004e' AS TEXT) WHERE study_id = 1;
UPDATE studies SET study_name = '(study 1)' WHERE study_id = 2; UPDATE studies SET study_name = '' WHERE study_id = 1;

-- text in version_info
UPDATE version_info SET library_version = CAST(x'352eff' AS TEXT);

-- text in study_user_attributes
UPDATE study_user_attributes SET key = CAST(x'6bff' AS TEXT) WHERE study_user_attribute_id = 1;
INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (1, CAST(x'6bfe' AS TEXT), '1'), (1, CAST(x'6bff' AS TEXT), '2');

-- text in study_system_attributes
INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (1, 'k', CAST(x'22ff22' AS TEXT));

-- text in trial_user_attributes
INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (1, CAST(x'c328' AS TEXT), '1');

-- text in trial_system_attributes
INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (1, CAST(x'6bff' AS TEXT), CAST(x'22c322' AS TEXT));

-- text in trial_params
UPDATE trial_params SET param_name = CAST(x'61ff62' AS TEXT) WHERE param_id = 1;
UPDATE trial_params SET param_name = CAST(x'6100ff62' AS TEXT) WHERE param_id = 1;

-- text in hpo_study_documents
UPDATE hpo_study_documents SET text = CAST(x'31ff' AS TEXT) WHERE document = 'seed';

-- study without direction
DELETE FROM study_directions WHERE study_id = 1;

-- objective without direction
UPDATE trials SET state = 'COMPLETE' WHERE trial_id = 17; INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (17, 0, 1, 'FINITE'), (17, 1, 2, 'FINITE'), (17, 2, 3, 'FINITE'); DELETE FROM study_directions WHERE study_id = 2 AND objective = 1;
UPDATE trials SET state = 'COMPLETE' WHERE trial_id = 17; INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (17, 0, 1, 'FINITE'), (17, 1, 2, 'FINITE'), (17, 2, 3, 'FINITE'); DELETE FROM study_directions WHERE study_id = 2 AND objective = 0;

-- direction
UPDATE study_directions SET direction = 'maximize' WHERE study_id = 1;
UPDATE study_directions SET direction = CAST(x'4d4158494d495a4500' AS TEXT) WHERE study_id = 1;
UPDATE study_directions SET direction = 'NOT_SET' WHERE study_id = 1;

-- objectives [by hand]
UPDATE study_directions SET objective = 3 WHERE study_id = 2 AND objective = 1;

-- identifiers [by hand]
INSERT INTO trials (trial_id, number, study_id, state) SELECT 9223372036854775807, max(number) + 1, 1, 'WAITING' FROM trials WHERE study_id = 1;
INSERT INTO trials (trial_id, number, study_id, state) SELECT -1, max(number) + 1, 1, 'WAITING' FROM trials WHERE study_id = 1;

-- state
UPDATE trials SET state = 'complete' WHERE trial_id = 1;
UPDATE trials SET state = CAST(x'434f4d504c45544500' AS TEXT) WHERE trial_id = 1;
UPDATE trials SET state = 'DONE' WHERE trial_id = 1;

-- times
UPDATE trials SET datetime_start = 1700000000 WHERE trial_id = 1;
UPDATE trials SET datetime_complete = 'soon' WHERE trial_id = 1;

-- heartbeats
INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (1, 'soon');
INSERT INTO trial_heartbeats (trial_id, heartbeat) SELECT trial_id, 17 FROM trials WHERE datetime_start IS NULL LIMIT 1;

-- numbers
UPDATE trials SET number = NULL WHERE trial_id = 1;
UPDATE trials SET number = 1 WHERE trial_id = 1;
UPDATE trials SET number = 'x' WHERE trial_id = 1;
UPDATE trials SET number = 900 WHERE trial_id = 1;
UPDATE trials SET number = -1 WHERE trial_id = 1;
DELETE FROM trials WHERE trial_id = 1;

-- owner [note, by hand]
DELETE FROM hpo_trial_owners;

-- name in trial_user_attributes
UPDATE trial_user_attributes SET key = NULL WHERE trial_id = 1 AND key = 'note';

-- name in trial_system_attributes
UPDATE trial_system_attributes SET key = NULL WHERE rowid = 1;

-- name in study_user_attributes
UPDATE study_user_attributes SET key = '' WHERE rowid = 1;

-- name in study_system_attributes
UPDATE study_system_attributes SET key = NULL WHERE rowid = 1;

-- JSON in trial_user_attributes
UPDATE trial_user_attributes SET value_json = '{oops' WHERE rowid = 1;
UPDATE trial_user_attributes SET value_json = x'00ff' WHERE rowid = 1;

-- JSON in trial_system_attributes
UPDATE trial_system_attributes SET value_json = NULL WHERE rowid = 1;

-- constraints
UPDATE trial_system_attributes SET value_json = '"x"' WHERE "key" = 'constraints:memory' AND trial_id = 1;
UPDATE trial_system_attributes SET value_json = 'null' WHERE "key" = 'constraints:memory' AND trial_id = 1;
UPDATE trial_system_attributes SET value_json = '[1.0, "x"]' WHERE "key" = 'constraints';
UPDATE trial_system_attributes SET value_json = '{"a": 1.0}' WHERE "key" = 'constraints';

-- JSON in study_user_attributes
UPDATE study_user_attributes SET value_json = 'x' WHERE rowid = 1;

-- JSON in study_system_attributes
UPDATE study_system_attributes SET value_json = '' WHERE rowid = 1;

-- parameters
UPDATE trial_params SET param_value = 5.0 WHERE trial_id = 1 AND param_name = 'mixed';
UPDATE trial_params SET param_value = NULL WHERE rowid = 1;
UPDATE trial_params SET param_value = 9e999 WHERE rowid = 1;
UPDATE trial_params SET param_name = NULL WHERE rowid = 1;
UPDATE trial_params SET distribution_json = '{}' WHERE rowid = 1;
UPDATE trial_params SET distribution_json = NULL WHERE rowid = 1;

-- distributions
UPDATE trial_params SET distribution_json = '{"type": "float", "low": 0.0, "high": 1.0}' WHERE trial_id = 1 AND param_name = 'linear';
UPDATE trial_params SET distribution_json = '{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": false, "step": null, "x": 1}}' WHERE trial_id = 1 AND param_name = 'linear';

-- kinds [by hand]
UPDATE trial_params SET distribution_json = '{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 0, "high": 64}}', param_value = 1.0 WHERE trial_id = 1 AND param_name = 'linear';

-- values
UPDATE trial_values SET value = NULL WHERE trial_id = 1;
UPDATE trial_values SET value_type = 'INF_NEG' WHERE trial_id = 1;
UPDATE trial_values SET value_type = 'NAN', value = NULL WHERE trial_id = 1;
UPDATE trial_values SET value_type = 'odd' WHERE trial_id = 1;
UPDATE trial_values SET value = 'many' WHERE trial_id = 1;

-- stray values
UPDATE trial_values SET objective = 7 WHERE trial_id = 1;
UPDATE trials SET state = 'FAIL' WHERE trial_id = 1;

-- complete trials
DELETE FROM trial_values WHERE trial_id = 1;

-- pruned trials
UPDATE trials SET state = 'PRUNED' WHERE study_id = 2 AND trial_id = (SELECT max(v.trial_id) FROM trial_values v JOIN trials t USING (trial_id) WHERE t.study_id = 2); DELETE FROM trial_values WHERE objective = 1 AND trial_id = (SELECT max(v.trial_id) FROM trial_values v JOIN trials t USING (trial_id) WHERE t.study_id = 2);

-- steps
UPDATE trial_intermediate_values SET step = 'x' WHERE rowid = 1;

-- reports
UPDATE trial_intermediate_values SET intermediate_value = NULL, intermediate_value_type = 'FINITE' WHERE rowid = 1;
UPDATE trial_intermediate_values SET intermediate_value = 1, intermediate_value_type = 'NAN' WHERE rowid = 1;
UPDATE trial_intermediate_values SET intermediate_value = 1, intermediate_value_type = '' WHERE rowid = 1;

-- rows of hpo_trial_owners
INSERT INTO hpo_trial_owners VALUES (999, 'h', 'b', 1, 1);

-- rows of hpo_study_documents
INSERT INTO hpo_study_documents VALUES (999, 'seed', '1');

-- owners
INSERT INTO hpo_trial_owners VALUES (1, 'h', 'b', 1, 1);

-- excluded trials
INSERT INTO hpo_trial_exclusions SELECT trial_id, study_id, '', '' FROM trials WHERE state = 'RUNNING' LIMIT 1;

-- studies of excluded trials
UPDATE hpo_trial_exclusions SET study_id = 1;

-- checkpoints
INSERT INTO hpo_checkpoints SELECT trial_id, 1, 1, x'00' FROM trials WHERE state = 'COMPLETE' LIMIT 1;

-- version of hpo's tables
INSERT INTO hpo_version VALUES (1);
DELETE FROM hpo_version;
UPDATE hpo_version SET schema_version = 'two';
INSERT INTO hpo_version VALUES (x'02');

-- hpo's tables
DROP TABLE hpo_trial_logs;

-- columns of hpo_trial_attempts
ALTER TABLE hpo_trial_attempts DROP COLUMN deaths;

-- columns of hpo_trial_owners
ALTER TABLE hpo_trial_owners DROP COLUMN boot;

-- columns of hpo_checkpoints
ALTER TABLE hpo_checkpoints DROP COLUMN last_step;

-- columns of hpo_trial_logs
DROP TABLE hpo_trial_logs; CREATE TABLE hpo_trial_logs (trial_id INTEGER PRIMARY KEY NOT NULL, lines TEXT);

-- columns of hpo_study_documents
ALTER TABLE hpo_study_documents DROP COLUMN text;

-- columns of hpo_trial_exclusions
DROP INDEX hpo_ix_exclusions; ALTER TABLE hpo_trial_exclusions DROP COLUMN study_id;
ALTER TABLE hpo_trial_exclusions DROP COLUMN excluded_at;

-- columns of hpo_study_revisions
DROP TABLE hpo_study_revisions; CREATE TABLE hpo_study_revisions (study_id INTEGER PRIMARY KEY NOT NULL);

-- columns of hpo_histories
ALTER TABLE hpo_histories DROP COLUMN data;

-- columns of hpo_deletions
ALTER TABLE hpo_deletions DROP COLUMN study_name;

-- columns of hpo_highest_ids
DROP TABLE hpo_highest_ids; CREATE TABLE hpo_highest_ids (table_name TEXT PRIMARY KEY NOT NULL);

-- hpo's indexes [note]
DROP INDEX hpo_ix_marks;
DROP INDEX hpo_ix_candidates;
DROP INDEX hpo_ix_trials_state; CREATE INDEX hpo_ix_trials_state ON trials (state);

-- hpo's triggers
DROP TRIGGER hpo_trial_finished;
DROP TRIGGER hpo_trial_deleted; CREATE TRIGGER hpo_trial_deleted AFTER DELETE ON trials BEGIN SELECT 1; END;

-- windows
INSERT INTO hpo_study_documents SELECT study_id, 'window', 'two' FROM studies WHERE study_name = 'own';

-- search options
INSERT INTO hpo_study_documents SELECT study_id, 'search', '{"sampler": "tpe' FROM studies WHERE study_name = 'own';
INSERT INTO hpo_study_documents SELECT study_id, 'search', '[]' FROM studies WHERE study_name = 'own';

-- values of search options [by hand]
INSERT INTO hpo_study_documents SELECT study_id, 'search', '{"sampler": "simplex"}' FROM studies WHERE study_name = 'own';

-- study files [by hand]
INSERT INTO hpo_study_documents SELECT study_id, 'configuration', 'parameters: [' FROM studies WHERE study_name = 'own';

-- kept histories [note]
INSERT INTO hpo_histories SELECT study_id, 1, 0, '', x'0102' FROM studies WHERE study_name = 'own';

-- twin names in trial_params [by hand]
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) SELECT 1, char(233), param_value, distribution_json FROM trial_params WHERE param_id = 5 UNION ALL SELECT 1, char(101, 769), param_value, distribution_json FROM trial_params WHERE param_id = 5;
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) SELECT 1, 'K', param_value, distribution_json FROM trial_params WHERE param_id = 5 UNION ALL SELECT 1, char(8490), param_value, distribution_json FROM trial_params WHERE param_id = 5;

-- spellings of parameters [note, by hand]
INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) SELECT 1, char(233), param_value, distribution_json FROM trial_params WHERE param_id = 5 UNION ALL SELECT 6, char(101, 769), param_value, distribution_json FROM trial_params WHERE param_id = 5;

-- twin names in study_user_attributes [by hand]
INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (1, char(233), '1'), (1, char(101, 769), '2');

-- twin names in study_system_attributes [by hand]
INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (1, char(233), '1'), (1, char(101, 769), '2');

-- twin names in trial_user_attributes [by hand]
INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (1, char(233), '1'), (1, char(101, 769), '2');

-- twin names in trial_system_attributes [by hand]
INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (1, char(233), '1'), (1, char(101, 769), '2');

-- highest identifiers
INSERT INTO hpo_highest_ids VALUES ('people', 3);
INSERT OR REPLACE INTO hpo_highest_ids VALUES ('trials', 9223372036854775807);

-- last identifiers
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO sqlite_sequence VALUES ('trials', 9223372036854775807);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO sqlite_sequence VALUES ('studies', 'many');

-- seeds
UPDATE hpo_study_documents SET text = 'x' WHERE document = 'seed';

-- trial of trial_values
INSERT INTO trial_values VALUES (99999, 888, 0, 1.0, 'FINITE');

-- trial of trial_params
UPDATE trial_params SET trial_id = 888 WHERE rowid = 1;

-- trial of trial_intermediate_values
UPDATE trial_intermediate_values SET trial_id = 888 WHERE rowid = 1;

-- trial of trial_user_attributes
UPDATE trial_user_attributes SET trial_id = NULL WHERE rowid = 1;

-- trial of trial_system_attributes
UPDATE trial_system_attributes SET trial_id = 888 WHERE rowid = 1;

-- trial of trial_heartbeats
INSERT INTO trial_heartbeats VALUES (99, 888, '2026-01-01 00:00:00');

-- study of study_directions
INSERT INTO study_directions VALUES (999, 'MINIMIZE', 888, 0);

-- study of study_user_attributes
UPDATE study_user_attributes SET study_id = 888 WHERE rowid = 1;

-- study of study_system_attributes
UPDATE study_system_attributes SET study_id = 888 WHERE rowid = 1;
