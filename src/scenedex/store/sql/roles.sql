-- Roles belong to the whole server, not to one database, so they are no migration. Run where one is missing.

do $$
begin
  create role scenedex_app nologin nosuperuser nocreatedb nocreaterole;
exception when duplicate_object or unique_violation then null;
end $$;

-- Sees every owner's rows: by its attribute where the server allows that, by policies of its own everywhere.
do $$
begin
  create role scenedex_operator nologin nosuperuser nocreatedb nocreaterole bypassrls;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then create role scenedex_operator nologin;
end $$;

-- Owns the tables of an embedded library. Elsewhere whoever runs the migrations does.
do $$
begin
  create role scenedex_owner nologin nosuperuser nocreatedb nocreaterole noinherit;
exception when duplicate_object or unique_violation then null;
end $$;

do $$
begin
  grant scenedex_app, scenedex_operator to scenedex_owner;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant scenedex_app, scenedex_operator to %I', current_user);
  end if;
exception when insufficient_privilege or invalid_grant_operation then null;
end $$;

-- For sessions that are not ours (psql); ours say it themselves when they connect. The operator's queries compare times
-- of the metadata, which are in UTC.
do $$
begin
  alter role scenedex_app set timezone = 'UTC';
  alter role scenedex_operator set timezone = 'UTC';
  alter role scenedex_app set plan_cache_mode = 'force_custom_plan';
  alter role scenedex_app set jit = off;
  alter role scenedex_app set max_parallel_workers_per_gather = 0;
  alter role scenedex_app set hnsw.iterative_scan = 'relaxed_order';
exception when insufficient_privilege then null;
end $$;
