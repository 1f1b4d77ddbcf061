-- Spreads a library over the nodes of a Citus cluster, by owner. Run it once, as a superuser, on the coordinator, in a
-- database that `scenedex migrate` has made and that is still empty. README.md beside this says what comes before and after.

-- A literal SET LOCAL of the coordinator is sent to the nodes with the transaction: so row-level security knows the owner
-- there, and hnsw.ef_search is what the search wants. For the database, not for a role: a session that takes a role on
-- with SET ROLE does not get that role's settings.
do $$
begin
  execute format('alter database %I set citus.propagate_set_commands = %L', current_database(), 'local');
end $$;
set citus.propagate_set_commands = 'local';

-- Nodes are asked in the name of the role that asks here, so it has to be one that can log in there.
alter role scenedex_app login;
alter role scenedex_operator login;

-- The nodes plan each owner's search themselves, with the settings of the role.
alter role scenedex_app set plan_cache_mode = 'force_custom_plan';
alter role scenedex_app set jit = off;
alter role scenedex_app set max_parallel_workers_per_gather = 0;
alter role scenedex_app set hnsw.iterative_scan = 'relaxed_order';

-- On every node, for joins with what is an owner's. Nothing refers to it by a foreign key: such a key turns all tables
-- that hang together into tables of the coordinator's.
select create_reference_table('spaces');

-- What refers comes after what it refers to. All tables lie together: one owner's rows are on one node.
select create_distributed_table('videos', 'owner_id');
select create_distributed_table('files', 'owner_id', colocate_with => 'videos');
select create_distributed_table('scenes', 'owner_id', colocate_with => 'videos');
select create_distributed_table('keyframes', 'owner_id', colocate_with => 'videos');
select create_distributed_table('captions', 'owner_id', colocate_with => 'videos');
select create_distributed_table('descriptions', 'owner_id', colocate_with => 'videos');
select create_distributed_table('embeddings', 'owner_id', colocate_with => 'videos');
select create_distributed_table('postings', 'owner_id', colocate_with => 'videos');
select create_distributed_table('owner_settings', 'owner_id', colocate_with => 'videos');
select create_distributed_table('backgrounds', 'owner_id', colocate_with => 'videos');
select create_distributed_table('entities', 'owner_id', colocate_with => 'videos');
select create_distributed_table('entity_examples', 'owner_id', colocate_with => 'videos');
select create_distributed_table('baselines', 'owner_id', colocate_with => 'videos');
select create_distributed_table('forgotten_files', 'owner_id', colocate_with => 'videos');
select create_distributed_table('saved_searches', 'owner_id', colocate_with => 'videos');
select create_distributed_table('saved_hits', 'owner_id', colocate_with => 'videos');
select create_distributed_table('fresh_videos', 'owner_id', colocate_with => 'videos');
select create_distributed_table('deliveries', 'owner_id', colocate_with => 'videos');
