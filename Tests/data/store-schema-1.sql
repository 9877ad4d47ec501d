PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('1');
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store_id TEXT NOT NULL CHECK (length(store_id) = 36 AND replace(store_id, '-', '') NOT GLOB '*[^0-9a-f]*' AND store_id GLOB '????????-????-????-????-????????????' AND length(replace(store_id, '-', '')) = 32),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    generation INTEGER NOT NULL CHECK (generation >= 1),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO meta VALUES(1,'1ed1f161-2f97-4882-a72e-66b5f685f12c',1795261082175154920,9,X'e7a4c29cae88a7f923c1e3ebcf771e11a5dc82e7d8c88586e33633cefc02eba6');
CREATE TABLE wraps (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    kind TEXT NOT NULL CHECK (kind IN ('key', 'passphrase')),
    salt BLOB NOT NULL CHECK (length(salt) IN (0, 16)),
    cost INTEGER NOT NULL CHECK (cost BETWEEN 0 AND 63),
    sealed BLOB NOT NULL CHECK (length(sealed) = 60),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    CHECK (kind = 'passphrase' OR (cost = 0 AND length(salt) = 0))
) STRICT;
INSERT INTO wraps VALUES('46743ed7-da7b-427a-8d21-6066ba3d515a','key',X'',0,X'07ed8998e122694b773bad5c8ee6dcbb55cd647cbe67160880ddf184062578aa7fefc025b26aa8261bda3c9c89d1d317ade807d26e158ec68c7a94cb',X'4c8e2628bef15f44bc2946ca9dd91c2596e6371cf8e51fcec39b993e9f71c725');
CREATE TABLE apps (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO apps VALUES('0261f846-3867-40b4-9de9-de6a7fd5ba60','postern',1795261082175154920,X'0a902af120ef3e63567a44bfbcc95e23785967ac501bf29b000fcb368a4f25c5');
CREATE TABLE agents (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9_-]*'),
    display_name TEXT CHECK (length(display_name) <= 256),
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'revoked')),
    parent_id TEXT REFERENCES agents (id) CHECK (parent_id <> id),
    scopes TEXT NOT NULL CHECK (scopes GLOB '{*}'),
    requests_per_minute INTEGER CHECK (requests_per_minute >= 0),
    concurrent_requests INTEGER CHECK (concurrent_requests >= 0),
    policy TEXT CHECK (policy IS NULL OR (policy GLOB '{*}')),
    metadata TEXT NOT NULL CHECK (metadata GLOB '{*}'),
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO agents VALUES('9d52d0ee-c220-4ddd-9642-b252cf510b07','bot',NULL,'active',NULL,'{}',NULL,NULL,NULL,'{}',1,1795261082191821302,1795261082191821302,X'e3175a5748ff8fadf4781ef1c70d9cab5bd7cac3a1a612ab09b2bb6008fcae44');
INSERT INTO agents VALUES('db232c96-a4d3-4784-bc35-230907878124','child',NULL,'active','9d52d0ee-c220-4ddd-9642-b252cf510b07','{}',60,NULL,NULL,'{}',1,1795261083983330342,1795261083983330342,X'977628497e43455c10457a6f6e075a0e919f0999e1285b715d4e567a0b6102b9');
CREATE TABLE agent_keys (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    prefix TEXT NOT NULL CHECK (length(prefix) BETWEEN 1 AND 32),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER CHECK (expires_at >= 0),
    deprecated_at INTEGER CHECK (deprecated_at >= 0),
    revoked_at INTEGER CHECK (revoked_at >= 0),
    last_used_at INTEGER CHECK (last_used_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO agent_keys VALUES('9f938b8d-f971-48ec-b901-fc949133465f','9d52d0ee-c220-4ddd-9642-b252cf510b07','bot-1','alter_key_agent_p9lS',X'd703f6f5f92d1f7532d981981a784bebcf82ace8b12415617f294d51f1c8b5ef',1795261082191821302,NULL,NULL,NULL,NULL,X'0182297931677dd513115fb8e8adeb2a953bee200a8a8343afedc1de5a095cb6');
INSERT INTO agent_keys VALUES('7f65cf7a-aa12-464b-b882-f3e266448d14','db232c96-a4d3-4784-bc35-230907878124','child-1','alter_key_agent_PGC6',X'09151f1b5e1ac21b905f5934acb5a5e12f720a56eb65ae704563fc1b3edea778',1795261083983330342,NULL,NULL,NULL,NULL,X'78024e798c9824cf3f6b5bed9c05a981507937aaa30d94230b482f8b399a0780');
INSERT INTO agent_keys VALUES('4037ae3f-b3be-4477-92c3-abe7eb527c51','9d52d0ee-c220-4ddd-9642-b252cf510b07','second','alter_key_agent_gnsg',X'57b145d6cb3c0621a3be0ec07c16ffde3c56fe5b37817c9a056fa9cf3c6250b2',1795261084119191167,NULL,NULL,1795261084258478763,NULL,X'3b2003545631c495fb32fb28e56a0ee74aaff4349d1487413e59bd986a7e8359');
CREATE TABLE app_keys (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    app_id TEXT NOT NULL REFERENCES apps (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    prefix TEXT NOT NULL CHECK (length(prefix) BETWEEN 1 AND 32),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER CHECK (expires_at >= 0),
    deprecated_at INTEGER CHECK (deprecated_at >= 0),
    revoked_at INTEGER CHECK (revoked_at >= 0),
    last_used_at INTEGER CHECK (last_used_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
CREATE TABLE providers (
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    definition TEXT NOT NULL CHECK (definition GLOB '{*}'),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
CREATE TABLE secrets (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9_-]*'),
    provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
    hosts TEXT NOT NULL,
    inputs TEXT NOT NULL CHECK (inputs GLOB '{*}'),
    allows_self_bind INTEGER NOT NULL CHECK (allows_self_bind IN (0, 1)),
    version INTEGER NOT NULL CHECK (version >= 1),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
    revoked_at INTEGER CHECK (revoked_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO secrets VALUES('cf4638b1-e798-4710-bac1-c4ff645779bc','gh','github',replace('api.github.com\nuploads.github.com','\n',char(10)),'{}',0,2,1795261084407686754,1795261084460626012,NULL,X'a8b2124d329441ff9def2238df9a0ebd6bc037b876472bc98f06ad62922bb43c');
CREATE TABLE secret_versions (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    secret_id TEXT NOT NULL REFERENCES secrets (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    sealed BLOB NOT NULL CHECK (length(sealed) >= 28),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    retired_at INTEGER CHECK (retired_at >= 0),
    forget_at INTEGER CHECK (forget_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    UNIQUE (secret_id, number)
) STRICT;
INSERT INTO secret_versions VALUES('0c1a9bd7-26c2-41a2-9e7d-4deeefb614c3','cf4638b1-e798-4710-bac1-c4ff645779bc',1,X'00d70d2ce8c6aa84ecfb144a649f97599017a2b0cb4c69f6be33c80db0c25364ed8f11a2355a93ab8888b52e1ec703c442a7f5f072e38a9d',1795261084407686754,1795261084460626012,1797939484460626012,X'1626d599fbb186a37858f4a87eba368fdc3cb48f4b180c0d185053afaf726125');
INSERT INTO secret_versions VALUES('9af2ba75-e3bb-4b19-8f94-2121519cde71','cf4638b1-e798-4710-bac1-c4ff645779bc',2,X'aee479b9216e115820f95b2112869006108f3b9aa8b418e6110c104e8bb5ce8a163f9912e333baf6f08657ca2a700bcac5e7c7ec78bbd556',1795261084460626012,NULL,NULL,X'd829002382c0cf89609151866611080f748cdaecdfe59c38c444f17381f7d060');
CREATE TABLE users (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    subject TEXT NOT NULL UNIQUE CHECK (length(subject) BETWEEN 1 AND 512),
    display_name TEXT CHECK (length(display_name) <= 256),
    is_suspended INTEGER NOT NULL CHECK (is_suspended IN (0, 1)),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO users VALUES('329b9fb7-8a98-4c53-84c2-e8a6da0e8326','auth0|1',NULL,0,1795261084527819972,1795261084527819972,X'fb0885f5257613801590ff97c44dc9e1fba59ca0eb4a76be61115a817a2277dc');
CREATE TABLE user_groups (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    UNIQUE (user_id, name)
) STRICT;
INSERT INTO user_groups VALUES('189b140a-c5e5-4eaf-b3e0-263e8935aa2d','329b9fb7-8a98-4c53-84c2-e8a6da0e8326','ops',X'9f76aed8381fadb5a9d3a61fff97bde46abc6b5f3c71a8f6f147bbea90b28b24');
CREATE TABLE connections (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    user_id TEXT NOT NULL REFERENCES users (id),
    provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
    account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 512),
    scopes TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'broken', 'revoked')),
    sealed BLOB CHECK (length(sealed) >= 28),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
    expires_at INTEGER CHECK (expires_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    CHECK (status <> 'revoked' OR sealed IS NULL)
) STRICT;
CREATE TABLE grants (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    principal TEXT NOT NULL CHECK (principal IN ('agent', 'user', 'group', 'system')),
    agent_id TEXT REFERENCES agents (id),
    user_id TEXT CHECK (user_id IS NULL OR (length(user_id) = 36 AND replace(user_id, '-', '') NOT GLOB '*[^0-9a-f]*' AND user_id GLOB '????????-????-????-????-????????????' AND length(replace(user_id, '-', '')) = 32)),
    group_name TEXT CHECK (length(group_name) BETWEEN 1 AND 256),
    secret_id TEXT NOT NULL REFERENCES secrets (id),
    parent_id TEXT REFERENCES grants (id) CHECK (parent_id <> id),
    is_delegable INTEGER NOT NULL CHECK (is_delegable IN (0, 1)),
    label TEXT CHECK (length(label) <= 256),
    terms TEXT NOT NULL CHECK (terms GLOB '{*}'),
    max_uses INTEGER CHECK (max_uses >= 1),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER CHECK (expires_at >= 0),
    revoked_at INTEGER CHECK (revoked_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32),
    CHECK ((agent_id IS NOT NULL) = (principal = 'agent')),
    CHECK ((user_id IS NOT NULL) = (principal = 'user')),
    CHECK ((group_name IS NOT NULL) = (principal = 'group'))
) STRICT;
INSERT INTO grants VALUES('1de6ee86-d9a5-438a-8ad3-41c66b990131','agent','9d52d0ee-c220-4ddd-9642-b252cf510b07',NULL,NULL,'cf4638b1-e798-4710-bac1-c4ff645779bc',NULL,1,NULL,'{}',5,1795261084659109458,NULL,NULL,X'53dff728184fbc13ce138f4b532f22e9c8deb79aaebd8d7a9e96f837d138dfad');
CREATE TABLE uses (
    grant_id TEXT NOT NULL UNIQUE CHECK (length(grant_id) BETWEEN 1 AND 160),
    count INTEGER NOT NULL CHECK (count >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
INSERT INTO uses VALUES('1de6ee86-d9a5-438a-8ad3-41c66b990131',0,X'16f18160947f459f3acb424f3a7dd75234e8fb4f9db0904f4d121f3c67c9ec17');
CREATE TABLE approvals (
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND replace(id, '-', '') NOT GLOB '*[^0-9a-f]*' AND id GLOB '????????-????-????-????-????????????' AND length(replace(id, '-', '')) = 32),
    grant_id TEXT NOT NULL REFERENCES grants (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'expired', 'used')),
    request TEXT NOT NULL CHECK (request GLOB '{*}'),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
    decided_at INTEGER CHECK (decided_at >= 0),
    decided_by TEXT CHECK (length(decided_by) <= 256),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
CREATE TABLE nonces (
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    created_at INTEGER NOT NULL CHECK (created_at >= 0),
    expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
    seal BLOB NOT NULL CHECK (length(seal) = 32)
) STRICT;
CREATE UNIQUE INDEX agents_name ON agents (name) WHERE status <> 'revoked';
CREATE INDEX agents_parent ON agents (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX agent_keys_agent ON agent_keys (agent_id);
CREATE INDEX app_keys_app ON app_keys (app_id);
CREATE UNIQUE INDEX secrets_name ON secrets (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX secret_versions_current ON secret_versions (secret_id) WHERE retired_at IS NULL;
CREATE INDEX user_groups_name ON user_groups (name);
CREATE UNIQUE INDEX connections_account ON connections (user_id, provider, account) WHERE status <> 'revoked';
CREATE INDEX grants_agent ON grants (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX grants_group ON grants (group_name) WHERE group_name IS NOT NULL;
CREATE INDEX grants_secret ON grants (secret_id);
CREATE INDEX grants_parent ON grants (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX approvals_grant ON approvals (grant_id);
CREATE INDEX approvals_pending ON approvals (expires_at) WHERE status = 'pending';
CREATE INDEX nonces_expiry ON nonces (expires_at);
COMMIT;
