BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE hpo_highest_ids (table_name TEXT PRIMARY KEY NOT NULL, id INTEGER NOT NULL);
CREATE TABLE hpo_study_documents (study_id INTEGER NOT NULL, document TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (study_id, document));
INSERT INTO "hpo_study_documents" VALUES(1,'seed','7');
INSERT INTO "hpo_study_documents" VALUES(1,'search','{}');
INSERT INTO "hpo_study_documents" VALUES(1,'configuration','study: quick
direction: maximize
objective:
  data: digits
  network: mlp
  epochs: 3
  metric: accuracy
space:
  learningRate: {float: 1e-4..1e-1, log: true}
  units: {int: 8..32, log: true}
sampler: {name: random, seed: 7}
pruner: none
');
INSERT INTO "hpo_study_documents" VALUES(1,'folder','/studies');
INSERT INTO "hpo_study_documents" VALUES(2,'seed','7');
INSERT INTO "hpo_study_documents" VALUES(2,'search','{}');
INSERT INTO "hpo_study_documents" VALUES(2,'folder','/studies');
INSERT INTO "hpo_study_documents" VALUES(2,'configuration','study: long
direction: maximize
objective:
  data: digits
  network: mlp
  epochs: 4000
  metric: accuracy
space:
  learningRate: {float: 1e-4..1e-1, log: true}
  depth: {choice: [4]}
  units: {int: 100..250, repeat: depth}
sampler: {name: random, seed: 7}
pruner: none
');
CREATE TABLE hpo_trial_owners (trial_id INTEGER PRIMARY KEY NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL, process INTEGER NOT NULL, start_time INTEGER NOT NULL);
INSERT INTO "hpo_trial_owners" VALUES(3,'a/1','b/pid:[1]',7,9);
CREATE TABLE hpo_version (schema_version INTEGER NOT NULL);
INSERT INTO "hpo_version" VALUES(1);
CREATE TABLE studies (study_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, study_name VARCHAR(512) NOT NULL);
INSERT INTO "studies" VALUES(1,'quick');
INSERT INTO "studies" VALUES(2,'long');
CREATE TABLE study_directions (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), FOREIGN KEY(study_id) REFERENCES studies (study_id));
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MAXIMIZE',2,0);
CREATE TABLE study_system_attributes (study_system_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
INSERT INTO "study_system_attributes" VALUES(1,1,'study:metric_names','["accuracy"]');
INSERT INTO "study_system_attributes" VALUES(2,2,'study:metric_names','["accuracy"]');
CREATE TABLE study_user_attributes (study_user_attribute_id INTEGER NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trial_heartbeats (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL, PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
INSERT INTO "trial_intermediate_values" VALUES(1,1,1,1.39275766016713098416e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,2,1.44846796657381621242e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,1,3,1.58774373259052914431e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,1,4.93036211699164339528e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,2,6.5459610027855152925e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,2,3,6.93593314763231161279e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,3,1,6.93593314763231161279e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,3,2,8.35654596100278590498e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,3,3,8.96935933147632313833e-01,'FINITE');
CREATE TABLE trial_params (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
INSERT INTO "trial_params" VALUES(1,1,'learningRate',1.99099974099011195818e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(2,1,'units',18.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 32}}');
INSERT INTO "trial_params" VALUES(3,2,'learningRate',9.04367730213758436175e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(4,2,'units',15.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 8, "high": 32}}');
INSERT INTO "trial_params" VALUES(5,3,'learningRate',1.99099974099011195818e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(6,3,'depth',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": [4]}}');
INSERT INTO "trial_params" VALUES(7,3,'units0',105.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 100, "high": 250}}');
INSERT INTO "trial_params" VALUES(8,3,'units1',209.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 100, "high": 250}}');
INSERT INTO "trial_params" VALUES(9,3,'units2',195.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 100, "high": 250}}');
INSERT INTO "trial_params" VALUES(10,3,'units3',224.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 100, "high": 250}}');
CREATE TABLE trial_system_attributes (trial_system_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_user_attributes (trial_user_attribute_id INTEGER NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
INSERT INTO "trial_user_attributes" VALUES(1,1,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(2,1,'diagnosis','"stuck: raise the learning rate; if the loss does not move at all, lower it"');
INSERT INTO "trial_user_attributes" VALUES(3,1,'test accuracy','0.15877437325905291');
INSERT INTO "trial_user_attributes" VALUES(4,2,'epoch','3');
INSERT INTO "trial_user_attributes" VALUES(5,2,'diagnosis','"healthy"');
INSERT INTO "trial_user_attributes" VALUES(6,2,'test accuracy','0.7019498607242339');
CREATE TABLE trial_values (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT, value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
INSERT INTO "trial_values" VALUES(1,1,0,1.58774373259052914431e-01,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,6.93593314763231161279e-01,'FINITE');
CREATE TABLE trials (trial_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, number INTEGER, study_id INTEGER, state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME, FOREIGN KEY(study_id) REFERENCES studies (study_id));
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-25 15:27:55.512180','2026-11-25 15:27:55.515106');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-25 15:27:55.524110','2026-11-25 15:27:55.525568');
INSERT INTO "trials" VALUES(3,0,2,'RUNNING','2026-11-25 15:27:55.641295',NULL);
CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256), PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE INDEX hpo_ix_trials_number ON trials (study_id, number);
CREATE INDEX hpo_ix_trials_state ON trials (study_id, state, number);
CREATE TRIGGER hpo_trial_deleted AFTER DELETE ON trials BEGIN DELETE FROM hpo_trial_owners WHERE trial_id = old.trial_id; INSERT INTO hpo_highest_ids (table_name, id) VALUES ('trials', old.trial_id) ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END;
CREATE TRIGGER hpo_study_deleted AFTER DELETE ON studies BEGIN DELETE FROM hpo_study_documents WHERE study_id = old.study_id; INSERT INTO hpo_highest_ids (table_name, id) VALUES ('studies', old.study_id) ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('studies',2);
INSERT INTO "sqlite_sequence" VALUES('trials',3);
COMMIT;
