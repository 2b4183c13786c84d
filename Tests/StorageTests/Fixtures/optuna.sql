BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.2.0.a');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'every kind of row');
INSERT INTO "studies" VALUES(2,'several objectives');
INSERT INTO "studies" VALUES(3,'empty');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MAXIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',2,1);
INSERT INTO "study_directions" VALUES(4,'MINIMIZE',2,2);
INSERT INTO "study_directions" VALUES(5,'MINIMIZE',3,0);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_system_attributes" VALUES(1,1,'study:metric_names','["accuracy"]');
INSERT INTO "study_system_attributes" VALUES(2,2,'study:metric_names','["a", "b", "c"]');
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'text','"na\u00efve \u2603 \ud83d\ude42 \" \\ \n \u2028 \u007f"');
INSERT INTO "study_user_attributes" VALUES(2,1,'numbers','[0, -1, 9007199254740992, 1.0, 1e+16, 1e-07, 0.1, 1e+22, 123456789012345.6, -0.0]');
INSERT INTO "study_user_attributes" VALUES(3,1,'unusual','[NaN, Infinity, -Infinity, null, true, false]');
INSERT INTO "study_user_attributes" VALUES(4,1,'nested','{"b": {"a": []}, "": {}}');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_heartbeats" VALUES(1,18,'2026-11-22 02:53:47');
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,0,0.5,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,1,NULL,'NAN');
INSERT INTO "trial_intermediate_values" VALUES(3,1,2,NULL,'INF_POS');
INSERT INTO "trial_intermediate_values" VALUES(4,1,10,NULL,'INF_NEG');
INSERT INTO "trial_intermediate_values" VALUES(5,1,3,1.0e-300,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,1,-1,0.0,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,4,1,0.25,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,7,1,9.87920983646812578271e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,8,1,1.62698057406787111034e-02,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,9,1,7.39288101100249450681e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,10,1,4.37863433853882655366e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,11,1,4.19982150297118828063e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,12,1,3.90361642966488620043e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,15,1,0.75,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'linear',0.1,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(2,1,'rate',3.45678901234567855817e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'stepped',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(4,1,'wide',-1.23456789012345680004e+17,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -1e+300, "high": 1e+300, "log": false}}');
INSERT INTO "trial_params" VALUES(5,1,'units',57.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(6,1,'width',1000.0,'{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 1024}}');
INSERT INTO "trial_params" VALUES(7,1,'even',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 2, "low": 0, "high": 10}}');
INSERT INTO "trial_params" VALUES(8,1,'large',9.00719925474099099987e+15,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": -9007199254740992, "high": 9007199254740992}}');
INSERT INTO "trial_params" VALUES(9,1,'mixed',4.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(10,1,'größe 🙂 "quoted" \ and
lines',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["\u00e4", "", "\t\u2028\u007f"]}}');
INSERT INTO "trial_params" VALUES(11,6,'linear',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(12,7,'linear',9.87920983646812578271e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(13,7,'rate',7.05408445883307921864e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(14,7,'units',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(15,7,'mixed',3.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(16,8,'linear',1.62698057406787111034e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(17,8,'rate',6.6996370020330409307e-05,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(18,8,'units',55.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(19,8,'mixed',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(20,9,'linear',7.39288101100249450681e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(21,9,'rate',8.39197066054147705616e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(22,9,'units',13.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(23,9,'mixed',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(24,10,'linear',4.37863433853882655366e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(25,10,'rate',1.8976515854379040829e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(26,10,'units',30.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(27,10,'mixed',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(28,11,'linear',4.19982150297118828063e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(29,11,'rate',0.00362121978361615,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(30,11,'units',34.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(31,11,'mixed',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(32,12,'linear',3.90361642966488620043e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(33,12,'rate',1.53541610922911677772e-05,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(34,12,'units',37.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}');
INSERT INTO "trial_params" VALUES(35,12,'mixed',3.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null, true, 3, 2.5]}}');
INSERT INTO "trial_params" VALUES(36,15,'linear',0.5,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,1,'constraints','[1.0, -2.0]');
INSERT INTO "trial_system_attributes" VALUES(2,1,'constraints:memory','-0.5');
INSERT INTO "trial_system_attributes" VALUES(3,1,'constraints:größe','1.25');
INSERT INTO "trial_system_attributes" VALUES(4,7,'constraints:memory','-30.0');
INSERT INTO "trial_system_attributes" VALUES(5,8,'constraints:memory','23.0');
INSERT INTO "trial_system_attributes" VALUES(6,9,'constraints:memory','-19.0');
INSERT INTO "trial_system_attributes" VALUES(7,10,'constraints:memory','-2.0');
INSERT INTO "trial_system_attributes" VALUES(8,11,'constraints:memory','2.0');
INSERT INTO "trial_system_attributes" VALUES(9,12,'constraints:memory','5.0');
INSERT INTO "trial_system_attributes" VALUES(10,14,'fixed_params','{"linear": 0.125, "units": 5, "mixed": null}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'note','"\u00fcn\u00ef"');
INSERT INTO "trial_user_attributes" VALUES(2,1,'loss','NaN');
INSERT INTO "trial_user_attributes" VALUES(3,1,'list','[1, 2.5, "x"]');
INSERT INTO "trial_user_attributes" VALUES(4,14,'by','"hand"');
INSERT INTO "trial_user_attributes" VALUES(5,15,'still','"running"');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,0.1,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,NULL,'INF_POS');
INSERT INTO "trial_values" VALUES(3,3,0,NULL,'INF_NEG');
INSERT INTO "trial_values" VALUES(4,4,0,0.25,'FINITE');
INSERT INTO "trial_values" VALUES(5,7,0,1.97584196729362515654e+00,'FINITE');
INSERT INTO "trial_values" VALUES(6,8,0,8.94839315737329110689e-01,'FINITE');
INSERT INTO "trial_values" VALUES(7,9,0,9.61074531430324263681e+00,'FINITE');
INSERT INTO "trial_values" VALUES(8,10,0,1.31359030156164795504e+01,'FINITE');
INSERT INTO "trial_values" VALUES(9,11,0,1.42793931101020401541e+01,'FINITE');
INSERT INTO "trial_values" VALUES(10,12,0,1.44433807897600789975e+01,'FINITE');
INSERT INTO "trial_values" VALUES(11,16,0,1.0,'FINITE');
INSERT INTO "trial_values" VALUES(12,16,1,NULL,'INF_POS');
INSERT INTO "trial_values" VALUES(13,16,2,-2.5,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-11-22 02:53:47.222399','2026-11-22 02:53:47.222399');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-11-22 02:53:47.241038','2026-11-22 02:53:47.241038');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-11-22 02:53:47.243995','2026-11-22 02:53:47.243995');
INSERT INTO "trials" VALUES(4,3,1,'PRUNED','2026-11-22 02:53:47.247303','2026-11-22 02:53:47.247303');
INSERT INTO "trials" VALUES(5,4,1,'PRUNED','2026-11-22 02:53:47.250649','2026-11-22 02:53:47.250649');
INSERT INTO "trials" VALUES(6,5,1,'FAIL','2026-11-22 02:53:47.260977','2026-11-22 02:53:47.260977');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-11-22 02:53:47.280015','2026-11-22 02:53:47.337588');
INSERT INTO "trials" VALUES(8,7,1,'COMPLETE','2026-11-22 02:53:47.342671','2026-11-22 02:53:47.436373');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-11-22 02:53:47.440642','2026-11-22 02:53:47.494536');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-11-22 02:53:47.499265','2026-11-22 02:53:47.536828');
INSERT INTO "trials" VALUES(11,10,1,'COMPLETE','2026-11-22 02:53:47.541318','2026-11-22 02:53:47.574968');
INSERT INTO "trials" VALUES(12,11,1,'COMPLETE','2026-11-22 02:53:47.583903','2026-11-22 02:53:47.628002');
INSERT INTO "trials" VALUES(13,12,1,'FAIL','2026-11-22 02:53:47.632003','2026-11-22 02:53:47.636159');
INSERT INTO "trials" VALUES(14,13,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(15,14,1,'RUNNING','2026-11-22 02:53:47.644064',NULL);
INSERT INTO "trials" VALUES(16,0,2,'COMPLETE','2026-11-22 02:53:47.670548','2026-11-22 02:53:47.670548');
INSERT INTO "trials" VALUES(17,1,2,'FAIL','2026-11-22 02:53:47.678457','2026-11-22 02:53:47.678457');
INSERT INTO "trials" VALUES(18,2,2,'RUNNING','2026-11-22 02:53:47.709761',NULL);
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'5.0.0');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE INDEX ix_trials_study_id ON trials (study_id);
COMMIT;
