-- Card Gateway 0.1.0 at 4b0962c, filled by fill.sh. All of it is the sandbox's, the keys too.
-- sealing keys: 40333556:aszRpYJx95htZ1PiowNGRDpyixyIddK/y6QRxYxF9OQ=,k1:TNhMS9LLD/Yly/3AJCeb7oNhgfwLzeWvPFfTWPh6cFU=
-- fingerprint keys: k1:ypfUbn5PloNCRAw2nQBCbl9HB8zpoPiKrp4fNqRSVHs=
--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: graphile_worker; Type: SCHEMA; Schema: -; Owner: card_gateway
--

CREATE SCHEMA graphile_worker;


ALTER SCHEMA graphile_worker OWNER TO card_gateway;

--
-- Name: job_spec; Type: TYPE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TYPE graphile_worker.job_spec AS (
	identifier text,
	payload json,
	queue_name text,
	run_at timestamp with time zone,
	max_attempts smallint,
	job_key text,
	priority smallint,
	flags text[]
);


ALTER TYPE graphile_worker.job_spec OWNER TO card_gateway;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: _private_jobs; Type: TABLE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TABLE graphile_worker._private_jobs (
    id bigint NOT NULL,
    job_queue_id integer,
    task_id integer NOT NULL,
    payload json DEFAULT '{}'::json NOT NULL,
    priority smallint DEFAULT 0 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    max_attempts smallint DEFAULT 25 NOT NULL,
    last_error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    key text,
    locked_at timestamp with time zone,
    locked_by text,
    revision integer DEFAULT 0 NOT NULL,
    flags jsonb,
    is_available boolean GENERATED ALWAYS AS (((locked_at IS NULL) AND (attempts < max_attempts))) STORED NOT NULL,
    CONSTRAINT jobs_key_check CHECK (((length(key) > 0) AND (length(key) <= 512))),
    CONSTRAINT jobs_max_attempts_check CHECK ((max_attempts >= 1))
);


ALTER TABLE graphile_worker._private_jobs OWNER TO card_gateway;

--
-- Name: add_job(text, json, text, timestamp with time zone, integer, text, integer, text[], text); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.add_job(identifier text, payload json DEFAULT NULL::json, queue_name text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, max_attempts integer DEFAULT NULL::integer, job_key text DEFAULT NULL::text, priority integer DEFAULT NULL::integer, flags text[] DEFAULT NULL::text[], job_key_mode text DEFAULT 'replace'::text) RETURNS graphile_worker._private_jobs
    LANGUAGE plpgsql
    AS $$
declare
  v_job "graphile_worker"._private_jobs;
begin
  if (job_key is null or job_key_mode is null or job_key_mode in ('replace', 'preserve_run_at')) then
    select * into v_job
    from "graphile_worker".add_jobs(
      ARRAY[(
        identifier,
        payload,
        queue_name,
        run_at,
        max_attempts::smallint,
        job_key,
        priority::smallint,
        flags
      )::"graphile_worker".job_spec],
      (job_key_mode = 'preserve_run_at')
    )
    limit 1;
    return v_job;
  elsif job_key_mode = 'unsafe_dedupe' then
    -- Ensure all the tasks exist (insert only missing identifiers so identity is not consumed)
    insert into "graphile_worker"._private_tasks as tasks (identifier)
    select add_job.identifier
    where not exists (
      select 1
      from "graphile_worker"._private_tasks as existing
      where existing.identifier = add_job.identifier
    )
    on conflict do nothing;
    -- Ensure all the queues exist
    if add_job.queue_name is not null then
      insert into "graphile_worker"._private_job_queues as job_queues (queue_name)
      select add_job.queue_name
      where not exists (
        select 1
        from "graphile_worker"._private_job_queues as existing
        where existing.queue_name = add_job.queue_name
      )
      on conflict do nothing;
    end if;
    -- Insert job, but if one already exists then do nothing, even if the
    -- existing job has already started (and thus represents an out-of-date
    -- world state). This is dangerous because it means that whatever state
    -- change triggered this add_job may not be acted upon (since it happened
    -- after the existing job started executing, but no further job is being
    -- scheduled), but it is useful in very rare circumstances for
    -- de-duplication. If in doubt, DO NOT USE THIS.
    insert into "graphile_worker"._private_jobs as jobs (
      job_queue_id,
      task_id,
      payload,
      run_at,
      max_attempts,
      key,
      priority,
      flags
    )
      select
        job_queues.id,
        tasks.id,
        coalesce(add_job.payload, '{}'::json),
        coalesce(add_job.run_at, now()),
        coalesce(add_job.max_attempts::smallint, 25::smallint),
        add_job.job_key,
        coalesce(add_job.priority::smallint, 0::smallint),
        (
          select jsonb_object_agg(flag, true)
          from unnest(add_job.flags) as item(flag)
        )
      from "graphile_worker"._private_tasks as tasks
      left join "graphile_worker"._private_job_queues as job_queues
      on job_queues.queue_name = add_job.queue_name
      where tasks.identifier = add_job.identifier
    on conflict (key)
      -- Bump the updated_at so that there's something to return
      do update set
        revision = jobs.revision + 1,
        updated_at = now()
      returning *
      into v_job;
    if v_job.revision = 0 then
      perform pg_notify('jobs:insert', '{"r":' || random()::text || ',"count":1}');
    end if;
    return v_job;
  else
    raise exception 'Invalid job_key_mode value, expected ''replace'', ''preserve_run_at'' or ''unsafe_dedupe''.' using errcode = 'GWBKM';
  end if;
end;
$$;


ALTER FUNCTION graphile_worker.add_job(identifier text, payload json, queue_name text, run_at timestamp with time zone, max_attempts integer, job_key text, priority integer, flags text[], job_key_mode text) OWNER TO card_gateway;

--
-- Name: add_jobs(graphile_worker.job_spec[], boolean); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.add_jobs(specs graphile_worker.job_spec[], job_key_preserve_run_at boolean DEFAULT false) RETURNS SETOF graphile_worker._private_jobs
    LANGUAGE plpgsql
    AS $$
begin
  -- Ensure all the tasks exist (insert only missing identifiers so identity is not consumed)
  insert into "graphile_worker"._private_tasks as tasks (identifier)
  select distinct spec.identifier
  from unnest(specs) spec
  where not exists (
    select 1
    from "graphile_worker"._private_tasks as existing
    where existing.identifier = spec.identifier
  )
  on conflict do nothing;
  -- Ensure all the queues exist
  insert into "graphile_worker"._private_job_queues as job_queues (queue_name)
  select distinct spec.queue_name
  from unnest(specs) spec
  where spec.queue_name is not null
  and not exists (
    select 1
    from "graphile_worker"._private_job_queues as existing
    where existing.queue_name = spec.queue_name
  )
  on conflict do nothing;
  -- Ensure any locked jobs have their key cleared - in the case of locked
  -- existing job create a new job instead as it must have already started
  -- executing (i.e. it's world state is out of date, and the fact add_job
  -- has been called again implies there's new information that needs to be
  -- acted upon).
  update "graphile_worker"._private_jobs as jobs
  set
    key = null,
    attempts = jobs.max_attempts,
    updated_at = now()
  from unnest(specs) spec
  where spec.job_key is not null
  and jobs.key = spec.job_key
  and is_available is not true;

  -- WARNING: this count is not 100% accurate; 'on conflict' clause will cause it to be an overestimate
  perform pg_notify('jobs:insert', '{"r":' || random()::text || ',"count":' || array_length(specs, 1)::text || '}');

  -- TODO: is there a risk that a conflict could occur depending on the
  -- isolation level?
  return query insert into "graphile_worker"._private_jobs as jobs (
    job_queue_id,
    task_id,
    payload,
    run_at,
    max_attempts,
    key,
    priority,
    flags
  )
    select
      job_queues.id,
      tasks.id,
      coalesce(spec.payload, '{}'::json),
      coalesce(spec.run_at, now()),
      coalesce(spec.max_attempts, 25),
      spec.job_key,
      coalesce(spec.priority, 0),
      (
        select jsonb_object_agg(flag, true)
        from unnest(spec.flags) as item(flag)
      )
    from unnest(specs) spec
    inner join "graphile_worker"._private_tasks as tasks
    on tasks.identifier = spec.identifier
    left join "graphile_worker"._private_job_queues as job_queues
    on job_queues.queue_name = spec.queue_name
  on conflict (key) do update set
    job_queue_id = excluded.job_queue_id,
    task_id = excluded.task_id,
    payload =
      case
      when json_typeof(jobs.payload) = 'array' and json_typeof(excluded.payload) = 'array' then
        (jobs.payload::jsonb || excluded.payload::jsonb)::json
      else
        excluded.payload
      end,
    max_attempts = excluded.max_attempts,
    run_at = (case
      when job_key_preserve_run_at is true and jobs.attempts = 0 then jobs.run_at
      else excluded.run_at
    end),
    priority = excluded.priority,
    revision = jobs.revision + 1,
    flags = excluded.flags,
    -- always reset error/retry state
    attempts = 0,
    last_error = null,
    updated_at = now()
  where jobs.locked_at is null
  returning *;
end;
$$;


ALTER FUNCTION graphile_worker.add_jobs(specs graphile_worker.job_spec[], job_key_preserve_run_at boolean) OWNER TO card_gateway;

--
-- Name: complete_jobs(bigint[]); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.complete_jobs(job_ids bigint[]) RETURNS SETOF graphile_worker._private_jobs
    LANGUAGE sql
    AS $$
  delete from "graphile_worker"._private_jobs as jobs
    where id = any(job_ids)
    and (
      locked_at is null
    or
      locked_at < now() - interval '4 hours'
    )
    returning *;
$$;


ALTER FUNCTION graphile_worker.complete_jobs(job_ids bigint[]) OWNER TO card_gateway;

--
-- Name: force_unlock_workers(text[]); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.force_unlock_workers(worker_ids text[]) RETURNS void
    LANGUAGE sql
    AS $$
update "graphile_worker"._private_jobs as jobs
set locked_at = null, locked_by = null
where locked_by = any(worker_ids);
update "graphile_worker"._private_job_queues as job_queues
set locked_at = null, locked_by = null
where locked_by = any(worker_ids);
$$;


ALTER FUNCTION graphile_worker.force_unlock_workers(worker_ids text[]) OWNER TO card_gateway;

--
-- Name: permanently_fail_jobs(bigint[], text); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.permanently_fail_jobs(job_ids bigint[], error_message text DEFAULT NULL::text) RETURNS SETOF graphile_worker._private_jobs
    LANGUAGE sql
    AS $$
  update "graphile_worker"._private_jobs as jobs
    set
      last_error = coalesce(error_message, 'Manually marked as failed'),
      attempts = max_attempts,
      updated_at = now()
    where id = any(job_ids)
    and (
      locked_at is null
    or
      locked_at < NOW() - interval '4 hours'
    )
    returning *;
$$;


ALTER FUNCTION graphile_worker.permanently_fail_jobs(job_ids bigint[], error_message text) OWNER TO card_gateway;

--
-- Name: remove_job(text); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.remove_job(job_key text) RETURNS graphile_worker._private_jobs
    LANGUAGE plpgsql STRICT
    AS $$
declare
  v_job "graphile_worker"._private_jobs;
begin
  -- Delete job if not locked
  delete from "graphile_worker"._private_jobs as jobs
    where key = job_key
    and (
      locked_at is null
    or
      locked_at < NOW() - interval '4 hours'
    )
  returning * into v_job;
  if not (v_job is null) then
    perform pg_notify('jobs:insert', '{"r":' || random()::text || ',"count":-1}');
    return v_job;
  end if;
  -- Otherwise prevent job from retrying, and clear the key
  update "graphile_worker"._private_jobs as jobs
  set
    key = null,
    attempts = jobs.max_attempts,
    updated_at = now()
  where key = job_key
  returning * into v_job;
  return v_job;
end;
$$;


ALTER FUNCTION graphile_worker.remove_job(job_key text) OWNER TO card_gateway;

--
-- Name: reschedule_jobs(bigint[], timestamp with time zone, integer, integer, integer); Type: FUNCTION; Schema: graphile_worker; Owner: card_gateway
--

CREATE FUNCTION graphile_worker.reschedule_jobs(job_ids bigint[], run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, attempts integer DEFAULT NULL::integer, max_attempts integer DEFAULT NULL::integer) RETURNS SETOF graphile_worker._private_jobs
    LANGUAGE sql
    AS $$
  update "graphile_worker"._private_jobs as jobs
    set
      run_at = coalesce(reschedule_jobs.run_at, jobs.run_at),
      priority = coalesce(reschedule_jobs.priority::smallint, jobs.priority),
      attempts = coalesce(reschedule_jobs.attempts::smallint, jobs.attempts),
      max_attempts = coalesce(reschedule_jobs.max_attempts::smallint, jobs.max_attempts),
      updated_at = now()
    where id = any(job_ids)
    and (
      locked_at is null
    or
      locked_at < NOW() - interval '4 hours'
    )
    returning *;
$$;


ALTER FUNCTION graphile_worker.reschedule_jobs(job_ids bigint[], run_at timestamp with time zone, priority integer, attempts integer, max_attempts integer) OWNER TO card_gateway;

--
-- Name: audit_chain(); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.audit_chain() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  head record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit_log', 0));
  SELECT seq, hash INTO head FROM audit_log ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(head.seq, 0) + 1;
  NEW.previous_hash := coalesce(head.hash, decode(repeat('00', 32), 'hex'));
  NEW.hash := sha256(convert_to(concat_ws(',',
    audit_field(encode(NEW.previous_hash, 'hex')),
    audit_field(NEW.seq::text),
    audit_field(to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
    audit_field(NEW.tenant), audit_field(NEW.caller), audit_field(NEW.key_id), audit_field(NEW.action),
    audit_field(NEW.resource), audit_field(NEW.purpose), audit_field(NEW.request_id)), 'UTF8'));
  RETURN NEW;
END
$$;


ALTER FUNCTION public.audit_chain() OWNER TO card_gateway;

--
-- Name: audit_field(text); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.audit_field(value text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-')
$$;


ALTER FUNCTION public.audit_field(value text) OWNER TO card_gateway;

--
-- Name: audit_refuse_change(); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.audit_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'audit_log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;


ALTER FUNCTION public.audit_refuse_change() OWNER TO card_gateway;

--
-- Name: operations_refuse_change(); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.operations_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'operation % is % and cannot become %', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_forward';
END $$;


ALTER FUNCTION public.operations_refuse_change() OWNER TO card_gateway;

--
-- Name: operations_require_evidence(); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.operations_require_evidence() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NEW.settled_by = 'person' THEN
    PERFORM 1 FROM operation_resolutions WHERE operation_id = NEW.id AND outcome = NEW.state;
  ELSE
    PERFORM 1 FROM operation_attempts
      WHERE operation_id = NEW.id AND outcome = CASE NEW.state WHEN 'succeeded' THEN 'done' ELSE 'refused' END;
  END IF;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'operation % cannot be % without evidence or a person''s word', NEW.id, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'operations_evidence';
  END IF;
  RETURN NULL;
END $$;


ALTER FUNCTION public.operations_require_evidence() OWNER TO card_gateway;

--
-- Name: refuse_retired_sealing_key(); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.refuse_retired_sealing_key() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'the sealing key "%" is retired', to_jsonb(NEW) ->> TG_ARGV[0] USING ERRCODE = 'check_violation';
END
$$;


ALTER FUNCTION public.refuse_retired_sealing_key() OWNER TO card_gateway;

--
-- Name: sealing_key_id(bytea); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.sealing_key_id(sealed bytea) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT
    AS $$
  SELECT CASE WHEN length(sealed) > 1 THEN encode(substr(sealed, 3, get_byte(sealed, 1)), 'escape') ELSE '' END
$$;


ALTER FUNCTION public.sealing_key_id(sealed bytea) OWNER TO card_gateway;

--
-- Name: sealing_key_is_retired(text); Type: FUNCTION; Schema: public; Owner: card_gateway
--

CREATE FUNCTION public.sealing_key_is_retired(key text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT EXISTS (SELECT FROM retired_sealing_keys WHERE id = key)
$$;


ALTER FUNCTION public.sealing_key_is_retired(key text) OWNER TO card_gateway;

--
-- Name: _private_job_queues; Type: TABLE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TABLE graphile_worker._private_job_queues (
    id integer NOT NULL,
    queue_name text NOT NULL,
    locked_at timestamp with time zone,
    locked_by text,
    is_available boolean GENERATED ALWAYS AS ((locked_at IS NULL)) STORED NOT NULL,
    CONSTRAINT job_queues_queue_name_check CHECK ((length(queue_name) <= 128))
);


ALTER TABLE graphile_worker._private_job_queues OWNER TO card_gateway;

--
-- Name: _private_known_crontabs; Type: TABLE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TABLE graphile_worker._private_known_crontabs (
    identifier text NOT NULL,
    known_since timestamp with time zone NOT NULL,
    last_execution timestamp with time zone
);


ALTER TABLE graphile_worker._private_known_crontabs OWNER TO card_gateway;

--
-- Name: _private_tasks; Type: TABLE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TABLE graphile_worker._private_tasks (
    id integer NOT NULL,
    identifier text NOT NULL,
    CONSTRAINT tasks_identifier_check CHECK ((length(identifier) <= 128))
);


ALTER TABLE graphile_worker._private_tasks OWNER TO card_gateway;

--
-- Name: job_queues_id_seq; Type: SEQUENCE; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_job_queues ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME graphile_worker.job_queues_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: jobs; Type: VIEW; Schema: graphile_worker; Owner: card_gateway
--

CREATE VIEW graphile_worker.jobs AS
 SELECT jobs.id,
    job_queues.queue_name,
    tasks.identifier AS task_identifier,
    jobs.priority,
    jobs.run_at,
    jobs.attempts,
    jobs.max_attempts,
    jobs.last_error,
    jobs.created_at,
    jobs.updated_at,
    jobs.key,
    jobs.locked_at,
    jobs.locked_by,
    jobs.revision,
    jobs.flags
   FROM ((graphile_worker._private_jobs jobs
     JOIN graphile_worker._private_tasks tasks ON ((tasks.id = jobs.task_id)))
     LEFT JOIN graphile_worker._private_job_queues job_queues ON ((job_queues.id = jobs.job_queue_id)));


ALTER TABLE graphile_worker.jobs OWNER TO card_gateway;

--
-- Name: jobs_id_seq1; Type: SEQUENCE; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME graphile_worker.jobs_id_seq1
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: migrations; Type: TABLE; Schema: graphile_worker; Owner: card_gateway
--

CREATE TABLE graphile_worker.migrations (
    id integer NOT NULL,
    ts timestamp with time zone DEFAULT now() NOT NULL,
    breaking boolean DEFAULT false NOT NULL
);


ALTER TABLE graphile_worker.migrations OWNER TO card_gateway;

--
-- Name: tasks_id_seq; Type: SEQUENCE; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_tasks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME graphile_worker.tasks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: _prisma_migrations; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public._prisma_migrations (
    id character varying(36) NOT NULL,
    checksum character varying(64) NOT NULL,
    finished_at timestamp with time zone,
    migration_name character varying(255) NOT NULL,
    logs text,
    rolled_back_at timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_steps_count integer DEFAULT 0 NOT NULL
);


ALTER TABLE public._prisma_migrations OWNER TO card_gateway;

--
-- Name: api_keys; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    tenant text NOT NULL,
    caller text NOT NULL,
    hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    revoked_at timestamp(3) with time zone,
    CONSTRAINT api_keys_hash_length CHECK ((length(hash) = 32))
);


ALTER TABLE public.api_keys OWNER TO card_gateway;

--
-- Name: audit_log; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.audit_log (
    seq bigint NOT NULL,
    at timestamp(3) with time zone NOT NULL,
    tenant text,
    caller text NOT NULL,
    key_id text,
    action text NOT NULL,
    resource text NOT NULL,
    purpose text,
    request_id text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_action CHECK ((action ~ '^[a-z]+[.][a-z_]+$'::text)),
    CONSTRAINT audit_log_purpose CHECK (((purpose <> ''::text) AND (purpose !~ '[0-9]{9}'::text)))
);


ALTER TABLE public.audit_log OWNER TO card_gateway;

--
-- Name: authorization_decisions; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.authorization_decisions (
    account text NOT NULL,
    transaction_ref text NOT NULL,
    card_ref text NOT NULL,
    amount numeric NOT NULL,
    decision text NOT NULL,
    because text NOT NULL,
    decided_at timestamp(3) with time zone NOT NULL,
    CONSTRAINT authorization_decisions_approved CHECK (((decision = 'decline'::text) OR (because = ANY (ARRAY['setting'::text, 'service'::text])))),
    CONSTRAINT authorization_decisions_because CHECK ((because = ANY (ARRAY['no_setting'::text, 'setting'::text, 'service'::text, 'service_late'::text, 'service_unreachable'::text, 'service_unreadable'::text]))),
    CONSTRAINT authorization_decisions_decision CHECK ((decision = ANY (ARRAY['approve'::text, 'decline'::text])))
);


ALTER TABLE public.authorization_decisions OWNER TO card_gateway;

--
-- Name: bindings; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.bindings (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    user_ref text NOT NULL,
    kind text NOT NULL,
    provider_ref text,
    status text NOT NULL,
    masked_number text NOT NULL,
    bin text,
    last4 text NOT NULL,
    network text,
    card_type text,
    bank_code text,
    bank_name text,
    expiry text,
    bin_country text,
    token_sealed bytea,
    pan_fingerprint text,
    phone_fingerprint text,
    challenge_ref text,
    challenge_expires_at timestamp(3) with time zone,
    attempts_left smallint,
    resend_after timestamp(3) with time zone,
    operation_id uuid,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    synced_at timestamp(3) with time zone,
    token_key text GENERATED ALWAYS AS (public.sealing_key_id(token_sealed)) STORED,
    sms_at timestamp(3) with time zone,
    token_fingerprint text,
    CONSTRAINT bindings_attempts CHECK ((attempts_left >= 0)),
    CONSTRAINT bindings_challenge CHECK (((status <> ALL (ARRAY['awaiting_code'::text, 'verifying'::text])) OR ((challenge_ref IS NOT NULL) AND (challenge_expires_at IS NOT NULL) AND (attempts_left IS NOT NULL)))),
    CONSTRAINT bindings_kind CHECK ((kind = ANY (ARRAY['bank_card'::text, 'token'::text, 'subscription'::text]))),
    CONSTRAINT bindings_last4 CHECK ((last4 ~ '^[0-9]{4}$'::text)),
    CONSTRAINT bindings_masked CHECK ((masked_number !~ '[0-9]{9}'::text)),
    CONSTRAINT bindings_removed_has_no_token CHECK (((status <> 'removed'::text) OR (token_sealed IS NULL))),
    CONSTRAINT bindings_status CHECK ((status = ANY (ARRAY['starting'::text, 'awaiting_code'::text, 'verifying'::text, 'bound'::text, 'not_required'::text, 'expired'::text, 'refused'::text, 'removed'::text])))
);


ALTER TABLE public.bindings OWNER TO card_gateway;

--
-- Name: COLUMN bindings.sms_at; Type: COMMENT; Schema: public; Owner: card_gateway
--

COMMENT ON COLUMN public.bindings.sms_at IS 'When the SMS was sent, or may have been; null when certainly none was. By the clock of the database.';


--
-- Name: callbacks; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.callbacks (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    deduplication_key text NOT NULL,
    kind text NOT NULL,
    record_sealed bytea NOT NULL,
    state text NOT NULL,
    deliveries integer DEFAULT 1 NOT NULL,
    decision text,
    failure text,
    received_at timestamp(3) with time zone NOT NULL,
    worked_at timestamp(3) with time zone,
    record_key text GENERATED ALWAYS AS (public.sealing_key_id(record_sealed)) STORED,
    CONSTRAINT callbacks_decided CHECK (((kind = 'authorization'::text) = (decision IS NOT NULL))),
    CONSTRAINT callbacks_decision CHECK ((decision = ANY (ARRAY['approve'::text, 'decline'::text]))),
    CONSTRAINT callbacks_deduplication_key CHECK (((length(deduplication_key) >= 1) AND (length(deduplication_key) <= 200))),
    CONSTRAINT callbacks_deliveries CHECK ((deliveries > 0)),
    CONSTRAINT callbacks_failure CHECK (((state = 'failed'::text) = (failure IS NOT NULL))),
    CONSTRAINT callbacks_kind CHECK ((kind = ANY (ARRAY['card_changed'::text, 'card_hint'::text, 'transaction'::text, 'authorization'::text, 'bindings_hint'::text, 'other'::text]))),
    CONSTRAINT callbacks_state CHECK ((state = ANY (ARRAY['received'::text, 'worked'::text, 'failed'::text]))),
    CONSTRAINT callbacks_worked CHECK (((state = 'worked'::text) = (worked_at IS NOT NULL)))
);


ALTER TABLE public.callbacks OWNER TO card_gateway;

--
-- Name: card_products; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.card_products (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_ref text NOT NULL,
    name text,
    bin text,
    network text,
    category text,
    forms text[] DEFAULT '{}'::text[] NOT NULL,
    currencies text[] DEFAULT '{}'::text[] NOT NULL,
    balance_currency text,
    region text,
    bank text,
    status text NOT NULL,
    provider_status text,
    issuable boolean NOT NULL,
    limits jsonb,
    seen_at timestamp(3) with time zone NOT NULL,
    CONSTRAINT card_products_forms CHECK ((forms <@ ARRAY['virtual'::text, 'physical'::text])),
    CONSTRAINT card_products_status CHECK ((status = ANY (ARRAY['available'::text, 'maintenance_planned'::text, 'maintenance'::text, 'delisted'::text, 'listing_planned'::text, 'unrecognized'::text])))
);


ALTER TABLE public.card_products OWNER TO card_gateway;

--
-- Name: card_transactions; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.card_transactions (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_ref text NOT NULL,
    card_ref text NOT NULL,
    type text NOT NULL,
    provider_type text NOT NULL,
    status text NOT NULL,
    provider_status text NOT NULL,
    amount numeric NOT NULL,
    local_amount numeric,
    local_currency text,
    fee numeric,
    fees jsonb DEFAULT '[]'::jsonb NOT NULL,
    merchant jsonb,
    related_ref text,
    modified_at timestamp(3) with time zone,
    said_at timestamp(3) with time zone NOT NULL,
    details_said_at timestamp(3) with time zone,
    first_at timestamp(3) with time zone NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    synced_at timestamp(3) with time zone NOT NULL,
    CONSTRAINT card_transactions_fees CHECK ((jsonb_typeof(fees) = 'array'::text)),
    CONSTRAINT card_transactions_first CHECK ((first_at <= said_at)),
    CONSTRAINT card_transactions_merchant CHECK ((jsonb_typeof(merchant) = 'object'::text)),
    CONSTRAINT card_transactions_status CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'unrecognized'::text]))),
    CONSTRAINT card_transactions_type CHECK ((type = ANY (ARRAY['card_opening'::text, 'purchase'::text, 'atm_withdrawal'::text, 'management_fee'::text, 'reversal'::text, 'refund'::text, 'unrecognized'::text])))
);


ALTER TABLE public.card_transactions OWNER TO card_gateway;

--
-- Name: cardholders; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.cardholders (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_ref text,
    reference text NOT NULL,
    status text NOT NULL,
    provider_status text,
    fail_reason text,
    operation_id uuid,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    synced_at timestamp(3) with time zone,
    CONSTRAINT cardholders_failed_is_nowhere CHECK (((status <> 'failed'::text) OR (provider_ref IS NULL))),
    CONSTRAINT cardholders_status CHECK ((status = ANY (ARRAY['pending'::text, 'in_review'::text, 'approved'::text, 'rejected'::text, 'failed'::text, 'unrecognized'::text])))
);


ALTER TABLE public.cardholders OWNER TO card_gateway;

--
-- Name: cards; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.cards (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_ref text,
    product_ref text,
    cardholder_ref text,
    form text,
    network text,
    bin text,
    last4 text,
    expiry text,
    status text NOT NULL,
    provider_status text,
    balance numeric,
    total_loaded numeric,
    activated_at timestamp(3) with time zone,
    cancel_requested_at timestamp(3) with time zone,
    cancelled_at timestamp(3) with time zone,
    pan_sealed bytea,
    pan_fingerprint text,
    operation_id uuid,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    synced_at timestamp(3) with time zone,
    pan_key text GENERATED ALWAYS AS (public.sealing_key_id(pan_sealed)) STORED,
    CONSTRAINT cards_bin CHECK ((bin ~ '^[0-9]{6}$'::text)),
    CONSTRAINT cards_expiry CHECK ((expiry ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
    CONSTRAINT cards_form CHECK ((form = ANY (ARRAY['virtual'::text, 'physical'::text]))),
    CONSTRAINT cards_last4 CHECK ((last4 ~ '^[0-9]{4}$'::text)),
    CONSTRAINT cards_sealed_has_fingerprint CHECK (((pan_sealed IS NULL) = (pan_fingerprint IS NULL))),
    CONSTRAINT cards_status CHECK ((status = ANY (ARRAY['pending'::text, 'inactive'::text, 'active'::text, 'frozen'::text, 'cancelling'::text, 'cancelled'::text, 'failed'::text, 'lost'::text, 'replaced'::text, 'unrecognized'::text])))
);


ALTER TABLE public.cards OWNER TO card_gateway;

--
-- Name: operation_attempts; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.operation_attempts (
    operation_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    started_at timestamp(3) with time zone NOT NULL,
    finished_at timestamp(3) with time zone NOT NULL,
    outcome text NOT NULL,
    http_status smallint,
    provider_code text,
    provider_message text,
    CONSTRAINT operation_attempts_kind CHECK ((kind = ANY (ARRAY['send'::text, 'look-up'::text, 'callback'::text, 'list'::text, 'person'::text]))),
    CONSTRAINT operation_attempts_number CHECK ((number >= 0)),
    CONSTRAINT operation_attempts_outcome CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'unknown'::text, 'absent'::text]))),
    CONSTRAINT operation_attempts_send_once CHECK (((kind <> 'send'::text) OR (number = 0)))
);


ALTER TABLE public.operation_attempts OWNER TO card_gateway;

--
-- Name: operation_resolutions; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.operation_resolutions (
    operation_id uuid NOT NULL,
    tenant text NOT NULL,
    resolved_by text NOT NULL,
    api_key text NOT NULL,
    idempotency_key text,
    request_hash text,
    outcome text NOT NULL,
    reason text NOT NULL,
    provider_ref text,
    resolved_at timestamp(3) with time zone NOT NULL,
    CONSTRAINT operation_resolutions_by CHECK ((resolved_by <> ''::text)),
    CONSTRAINT operation_resolutions_keyed CHECK (((idempotency_key IS NULL) = (request_hash IS NULL))),
    CONSTRAINT operation_resolutions_outcome CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'refused'::text]))),
    CONSTRAINT operation_resolutions_reason CHECK (((length(reason) >= 1) AND (length(reason) <= 500)))
);


ALTER TABLE public.operation_resolutions OWNER TO card_gateway;

--
-- Name: operations; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.operations (
    id uuid NOT NULL,
    tenant text NOT NULL,
    caller text NOT NULL,
    idempotency_key text,
    request_hash text,
    type text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    resource_id uuid NOT NULL,
    state text NOT NULL,
    settles_by text,
    unknown_because text,
    unknown_since timestamp(3) with time zone,
    refusal jsonb,
    settled_by text,
    settled_at timestamp(3) with time zone,
    look_ups integer DEFAULT 0 NOT NULL,
    next_look_up_at timestamp(3) with time zone,
    answer_status smallint,
    answer json,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    fence integer DEFAULT 1 NOT NULL,
    lease_until timestamp(3) with time zone,
    silent_since timestamp(3) with time zone,
    silent_ms bigint DEFAULT 0 NOT NULL,
    CONSTRAINT operations_answer CHECK ((((answer_status IS NULL) = (answer IS NULL)) AND ((answer IS NULL) OR (state = ANY (ARRAY['succeeded'::text, 'refused'::text]))))),
    CONSTRAINT operations_fence CHECK ((fence >= 1)),
    CONSTRAINT operations_keyed CHECK ((((idempotency_key IS NULL) = (request_hash IS NULL)) AND ((idempotency_key IS NOT NULL) OR ((state = ANY (ARRAY['succeeded'::text, 'refused'::text])) AND (answer IS NULL))))),
    CONSTRAINT operations_lease CHECK (
CASE state
    WHEN 'submitting'::text THEN (lease_until IS NOT NULL)
    WHEN 'unknown'::text THEN true
    ELSE (lease_until IS NULL)
END),
    CONSTRAINT operations_refusal CHECK (((state = 'refused'::text) = (refusal IS NOT NULL))),
    CONSTRAINT operations_settled CHECK (((state = ANY (ARRAY['succeeded'::text, 'refused'::text])) = ((settled_at IS NOT NULL) AND (settled_by IS NOT NULL)))),
    CONSTRAINT operations_settled_by CHECK ((settled_by = ANY (ARRAY['answer'::text, 'look-up'::text, 'callback'::text, 'list'::text, 'person'::text]))),
    CONSTRAINT operations_settles_by CHECK ((settles_by = ANY (ARRAY['look-up'::text, 'person'::text]))),
    CONSTRAINT operations_silent CHECK (((silent_ms >= 0) AND ((silent_since IS NULL) OR (state = 'unknown'::text)))),
    CONSTRAINT operations_state CHECK ((state = ANY (ARRAY['submitting'::text, 'succeeded'::text, 'refused'::text, 'unknown'::text]))),
    CONSTRAINT operations_type CHECK ((type = ANY (ARRAY['createCardholder'::text, 'issueCard'::text, 'activateCard'::text, 'freezeCard'::text, 'unfreezeCard'::text, 'cancelCard'::text, 'setCardPin'::text, 'createTransfer'::text, 'startBinding'::text, 'verifyBinding'::text, 'removeBinding'::text, 'startSync'::text]))),
    CONSTRAINT operations_unknown CHECK (((state <> 'unknown'::text) OR ((unknown_because IS NOT NULL) AND (unknown_since IS NOT NULL) AND (settles_by IS NOT NULL)))),
    CONSTRAINT operations_unknown_because CHECK ((unknown_because = ANY (ARRAY['no_answer'::text, 'unreadable_answer'::text, 'unlisted_code'::text])))
);


ALTER TABLE public.operations OWNER TO card_gateway;

--
-- Name: retired_sealing_keys; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.retired_sealing_keys (
    id text NOT NULL,
    retired_at timestamp(3) with time zone NOT NULL
);


ALTER TABLE public.retired_sealing_keys OWNER TO card_gateway;

--
-- Name: syncs; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.syncs (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    kind text NOT NULL,
    user_ref text,
    user_ip text,
    state text NOT NULL,
    "position" text,
    pages integer DEFAULT 0 NOT NULL,
    seen integer DEFAULT 0 NOT NULL,
    total integer,
    failure text,
    operation_id uuid,
    created_at timestamp(3) with time zone NOT NULL,
    started_at timestamp(3) with time zone,
    finished_at timestamp(3) with time zone,
    CONSTRAINT syncs_failure CHECK (((state = 'failed'::text) = (failure IS NOT NULL))),
    CONSTRAINT syncs_finished CHECK (((state = ANY (ARRAY['succeeded'::text, 'failed'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT syncs_kind CHECK ((kind = ANY (ARRAY['cards'::text, 'bank_card'::text, 'token'::text, 'subscription'::text]))),
    CONSTRAINT syncs_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text]))),
    CONSTRAINT syncs_user CHECK (((kind = 'cards'::text) = (user_ref IS NULL)))
);


ALTER TABLE public.syncs OWNER TO card_gateway;

--
-- Name: transfers; Type: TABLE; Schema: public; Owner: card_gateway
--

CREATE TABLE public.transfers (
    id uuid NOT NULL,
    tenant text NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    provider_ref text,
    cardholder_id uuid NOT NULL,
    direction text NOT NULL,
    amount numeric NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    provider_status text,
    balance_before numeric,
    balance_after numeric,
    operation_id uuid NOT NULL,
    created_at timestamp(3) with time zone NOT NULL,
    updated_at timestamp(3) with time zone NOT NULL,
    synced_at timestamp(3) with time zone,
    CONSTRAINT transfers_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT transfers_direction CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text]))),
    CONSTRAINT transfers_status CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text]))),
    CONSTRAINT transfers_succeeded_is_there CHECK (((status <> 'succeeded'::text) OR (provider_ref IS NOT NULL)))
);


ALTER TABLE public.transfers OWNER TO card_gateway;

--
-- Data for Name: _private_job_queues; Type: TABLE DATA; Schema: graphile_worker; Owner: card_gateway
--

INSERT INTO graphile_worker._private_job_queues OVERRIDING SYSTEM VALUE VALUES
	(1, 'callback:onerway', NULL, NULL, DEFAULT),
	(2, 'sync:open-api', NULL, NULL, DEFAULT),
	(3, 'callback:open-api', NULL, NULL, DEFAULT);


--
-- Data for Name: _private_jobs; Type: TABLE DATA; Schema: graphile_worker; Owner: card_gateway
--

INSERT INTO graphile_worker._private_jobs OVERRIDING SYSTEM VALUE VALUES
	(19, NULL, 1, '{"operationId" : "01a224c6-866e-7132-aa4f-426fe54ee0fc", "account" : "keysecure"}', 0, '2026-11-29 00:48:42.115+00', 0, 25, NULL, '2026-11-29 00:48:40.115709+00', '2026-11-29 00:48:40.115709+00', 'settle:01a224c6-866e-7132-aa4f-426fe54ee0fc', NULL, NULL, 0, NULL, DEFAULT);


--
-- Data for Name: _private_known_crontabs; Type: TABLE DATA; Schema: graphile_worker; Owner: card_gateway
--

INSERT INTO graphile_worker._private_known_crontabs VALUES
	('sweep', '2026-11-29 00:48:16.1+00', NULL),
	('scheduleSyncs', '2026-11-29 00:48:16.1+00', NULL),
	('tidyCallbacks', '2026-11-29 00:48:16.1+00', NULL),
	('forgetKeys', '2026-11-29 00:48:16.1+00', NULL);


--
-- Data for Name: _private_tasks; Type: TABLE DATA; Schema: graphile_worker; Owner: card_gateway
--

INSERT INTO graphile_worker._private_tasks OVERRIDING SYSTEM VALUE VALUES
	(1, 'settle'),
	(2, 'sync'),
	(3, 'callback'),
	(4, 'tidyCallbacks'),
	(5, 'sweep'),
	(6, 'scheduleSyncs'),
	(7, 'forgetKeys');


--
-- Data for Name: migrations; Type: TABLE DATA; Schema: graphile_worker; Owner: card_gateway
--

INSERT INTO graphile_worker.migrations VALUES
	(1, '2026-11-29 00:48:15.227889+00', true),
	(2, '2026-11-29 00:48:15.278902+00', false),
	(3, '2026-11-29 00:48:15.303001+00', true),
	(4, '2026-11-29 00:48:15.309151+00', false),
	(5, '2026-11-29 00:48:15.31516+00', false),
	(6, '2026-11-29 00:48:15.321406+00', false),
	(7, '2026-11-29 00:48:15.330969+00', false),
	(8, '2026-11-29 00:48:15.337264+00', false),
	(9, '2026-11-29 00:48:15.354797+00', false),
	(10, '2026-11-29 00:48:15.361701+00', false),
	(11, '2026-11-29 00:48:15.368956+00', true),
	(12, '2026-11-29 00:48:15.540484+00', false),
	(13, '2026-11-29 00:48:15.5481+00', true),
	(14, '2026-11-29 00:48:15.568145+00', true),
	(15, '2026-11-29 00:48:15.581401+00', false),
	(16, '2026-11-29 00:48:15.588867+00', true),
	(17, '2026-11-29 00:48:15.61944+00', false),
	(18, '2026-11-29 00:48:15.637751+00', false),
	(19, '2026-11-29 00:48:15.645636+00', true),
	(20, '2026-11-29 00:48:15.650415+00', false);


--
-- Data for Name: _prisma_migrations; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public._prisma_migrations VALUES
	('e8ff3b32-c707-4eec-8a26-03b1971592e3', 'dbc76ee77fa1d2abe57317e3ecb2fa613d1edd7aa22cba2b85dd0a73ff6d9cf8', '2026-11-29 00:48:14.341543+00', '20261122000000_initial', NULL, NULL, '2026-11-29 00:48:14.341543+00', 1),
	('c4076146-c12f-4b41-bd8d-c24743525349', 'fd6a5e6795e863f0634c33f188b0ae2b4b0e9bb489497da0ddd8c8ad169b64fe', '2026-11-29 00:48:14.623686+00', '20261123100000_settling', NULL, NULL, '2026-11-29 00:48:14.623686+00', 1),
	('27cbae26-8b09-4d9c-8dfa-f03370960eeb', 'db6d156ab972279ebb73709cf5723183d3f91170908701535c099a46d9d7d434', '2026-11-29 00:48:14.798778+00', '20261123110000_callbacks', NULL, NULL, '2026-11-29 00:48:14.798778+00', 1),
	('3e08a573-9e8c-4035-9e3a-cb3da2fd9b69', '692aa226523605647d9ab46c9ab1bf3049f0d7d212720242dc116442c460a97b', '2026-11-29 00:48:14.850245+00', '20261123120000_card_life', NULL, NULL, '2026-11-29 00:48:14.850245+00', 1),
	('f5d59cba-4347-4689-a29c-2e86e605ac0f', '1fefe10a8d3e8516bf91db5a79798a1889c910878e4ca180a80206a712098ae7', '2026-11-29 00:48:14.898701+00', '20261123130000_audit', NULL, NULL, '2026-11-29 00:48:14.898701+00', 1),
	('219b1e83-6a9c-4d3e-8ec0-5b77ad08f21c', '7dce64c5872c9b059b3aacbf84169e1652bc9897c2ad1599824a17488119a15a', '2026-11-29 00:48:15.152388+00', '20261123140000_reveal_limit', NULL, NULL, '2026-11-29 00:48:15.152388+00', 1),
	('e3bf737a-d9c5-43f1-9e2f-1ea60d47ca18', '2dcd13c47d630b39fb046d0f23d08569600b43c753e133b9acdf6231f868f6b4', '2026-11-29 00:48:15.165862+00', '20261123150000_bindings', NULL, NULL, '2026-11-29 00:48:15.165862+00', 1);


--
-- Data for Name: api_keys; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.api_keys VALUES
	('01a224c6-2e0f-73a2-be6d-191623f64bd0', 'default', 'development', '\x474e7200091bfccb71fb3c988a9133b247bccd62ea058a3fb75eb9a29f30728c', '{admin}', '2026-11-29 00:48:17.423+00', NULL);


--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.audit_log VALUES
	(1, '2026-11-29 00:48:17.423+00', 'default', 'operator:root', NULL, 'key.create', 'key_01m8jccbgfeehbwv8s2rhzcjyg', 'for development: admin', NULL, '\x0000000000000000000000000000000000000000000000000000000000000000', '\x749a106c8b5da495ad1b1ba56584a5f45fa169387ea5e913a0532e0441cc7ad4'),
	(2, '2026-11-29 00:48:26.832+00', 'default', 'development', 'key_01m8jccbgfeehbwv8s2rhzcjyg', 'card.reveal', 'card_01m8jcch37ebctqt3m9a2y3fxq', 'the holder asked for it, ticket 4711', '01a224c6-52cc-74a9-9ddd-0b96c4e49577', '\x749a106c8b5da495ad1b1ba56584a5f45fa169387ea5e913a0532e0441cc7ad4', '\x14b7b723f87678a8eb306f607fe7f042b69aeeefd968a7442c314e48cb54bfb8'),
	(3, '2026-11-29 00:48:32.716+00', 'default', 'development', 'key_01m8jccbgfeehbwv8s2rhzcjyg', 'operation.resolve', 'op_01m8jcctb5eqfrfjhv1kvjk4mp', 'Support confirmed it, ticket 4712', '01a224c6-69c2-735a-8f98-be478fd08bad', '\x14b7b723f87678a8eb306f607fe7f042b69aeeefd968a7442c314e48cb54bfb8', '\x982052088f0ba597fb2217ad461392d4c9b57fe31f7d19848806e3914ba5b6a0'),
	(4, '2026-11-29 00:48:33.98+00', 'default', 'development', 'key_01m8jccbgfeehbwv8s2rhzcjyg', 'binding.reveal', 'bind_01m8jccvkke3w89bfq7rk313n1', 'a payment, ticket 4713', '01a224c6-6ebb-703e-a545-60f0b4812943', '\x982052088f0ba597fb2217ad461392d4c9b57fe31f7d19848806e3914ba5b6a0', '\xe6edc2d0979030ca97874b0d52da62f1d9b6a67677d536cadacdceab2289f6ec'),
	(5, '2026-11-29 00:48:46.507+00', NULL, 'operator:root', NULL, 'sealing.rotate', '40333556', 'retires k1', NULL, '\xe6edc2d0979030ca97874b0d52da62f1d9b6a67677d536cadacdceab2289f6ec', '\xf4a6f07f99e041776e8b469958e6cd7a6e4207be1cbbc68b8f7a7ef647c2ebe8');


--
-- Data for Name: authorization_decisions; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.authorization_decisions VALUES
	('keysecure-authorization', 'X2026112928687692544', 'C2026112928687692538', 5.00, 'approve', 'setting', '2026-11-29 00:48:39.36+00');


--
-- Data for Name: bindings; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.bindings VALUES
	('01a224c6-6a4f-73d7-abbb-04e19266d45e', 'default', 'yixin', 'yixin', 'user-1', 'bank_card', NULL, 'bound', '621700******0123', '621700', '0123', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'k1:b8b196dbdbd60d6ee6f1823d9393abeaeb409a0f18e369412bf83c6eccc581e5', 'k1:703a30d4c06c5b8e0e878ec3c731108f26f73972400c507e18628fd1befb2acf', '230000028687692532', '2026-11-29 00:53:32.881+00', 5, '2026-11-29 00:49:32.85+00', '01a224c6-6af1-732a-a06e-34c8e550bc8a', '2026-11-29 00:48:32.847+00', '2026-11-29 00:48:33.039+00', NULL, DEFAULT, '2026-11-29 00:48:32.85+00', NULL),
	('01a224c6-6b68-7227-8b6b-2fd7436d3a5b', 'default', 'yixin', 'yixin', 'user-1', 'bank_card', NULL, 'awaiting_code', '621700******0131', '621700', '0131', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'k1:ecd1d18f9afc02cdde53ed87ba3d9149f645375c777977f82db135a68c8c0b24', 'k1:86f59c7f865d9ba9b6c98a392044632f5e37be409a5cb342a0c1c3296380ac5a', '230000028687692534', '2026-11-29 00:53:33.145+00', 5, '2026-11-29 00:49:33.129+00', '01a224c6-6b68-7228-b0eb-11495fd6e72c', '2026-11-29 00:48:33.128+00', '2026-11-29 00:48:33.145+00', NULL, DEFAULT, '2026-11-29 00:48:33.129+00', NULL),
	('01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'default', 'yixin', 'yixin', 'user-1', 'bank_card', NULL, 'expired', '621700******0149', '621700', '0149', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'k1:95bcc392de3d0d73e0f5038a8db1e87bfcc33bb85961f550c5b336c5c4fdf343', 'k1:aa0c3bb9a8dfb2540c894811ee76c824a15d06485bb12e10e2ed8ce930126e5f', '230000028687692535', '2026-11-29 00:53:33.303+00', 0, '2026-11-29 00:49:33.295+00', '01a224c6-6dbf-7568-b215-2dc4ce1e6ee8', '2026-11-29 00:48:33.293+00', '2026-11-29 00:48:33.737+00', NULL, DEFAULT, '2026-11-29 00:48:33.295+00', NULL),
	('01a224c6-6e73-70f8-84ad-f73e26308ea1', 'default', 'onerway', 'onerway', 'user-1', 'token', '1833825833776384063', 'removed', '411742******7536', '411742', '7536', 'visa', NULL, NULL, NULL, '2031-08', 'US', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-6f30-7554-9383-2966b72baae1', '2026-11-29 00:48:33.907+00', '2026-11-29 00:48:34.104+00', '2026-11-29 00:48:34.104+00', DEFAULT, NULL, 'k1:af698db4c0467aeaa416b45f4b537026c28858775be636f90e7e6c52e9ac6024'),
	('01a224c6-6e73-70f7-aca9-44501db01423', 'default', 'onerway', 'onerway', 'user-1', 'token', '1855430533407342248', 'bound', '411732******1073', '411732', '1073', 'visa', NULL, NULL, NULL, '2031-08', 'US', '\x010834303333333535361b8a7219b3182b041dcb9f834910da868401a2d85f8ddcc42695c93a5d47504175b8349d58264c5ef891f55b814d7e80f2c29f3dac231f901dc33ab224ab6b2233c2f3115b675bfef4388b4267a5479e4c0ffd80bbb2fda277153ded', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-29 00:48:33.907+00', '2026-11-29 00:48:33.907+00', '2026-11-29 00:48:34.931+00', DEFAULT, NULL, 'k1:2be38c351bf4f35a03a5caa1bd9bc4d8692bacb8e785d5e917d7abc41afd0ecc');


--
-- Data for Name: callbacks; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.callbacks VALUES
	('01a224c6-4c7e-731c-9c6f-09c168376b85', 'default', 'keysecure', 'keysecure', '8ed8e78b081d557818c71204a2f74316cd91fe5020f4b9bd4f92d0d675a05338', 'card_changed', '\x01083430333333353536b9069a1b1c53137237e6cffb6cc2152ff83e262f1a1ab712eb8817ddaee53b2f469ddacfa24740628c8dc20d6dd0e61d9732e73396168135bb1ebc25f478b7dadb206efa4e4027053658ee56e7c70551b16a1df6b17b9af2b08b90eaa33169b914f341127c090756fa1b1c228b8530a6d7980e4efcc22ec920f80af8a879c61f8590de5faff04bc4674c23a6ab1a730d57a74fe7d544cb4516f131337b15032552910a75fd821d3fd11898c34185f4af4f7427d8f26024e9269f069f97dc481a6250939b7bcee95fb117aa6ad2f23f08', 'worked', 1, NULL, NULL, '2026-11-29 00:48:25.214+00', '2026-11-29 00:48:25.289+00', DEFAULT),
	('01a224c6-50bc-71a5-b48e-7bc01f522883', 'default', 'keysecure', 'keysecure', 'e184f05f4fc86cdab2dc99cecd5effc057f1918354ec4614fab93f8a349087a1', 'transaction', '\x01083430333333353536a89c16a15e42bcc1fbd4606262ea831353c68819ef9a157790779b7374b61a88a54a3e291c8a5baf00b604c829fcb88f6bf56b4a3f2a1b7d3ae6a28085f3b398d7665e9df3da5f712b1513d69b4687f78c7ad23551b088a59999b456c187e4ee04de175babfe4d0e80340a170b5f2c0c1001a8e5e3560f84436e447bf5a9cf9d14c455f57e6fe15e922197e418ffdd40b126c0c3dfa91663a646b7267b53588546a2110d22d00911961747351fcb4740985e89524f5f5ad1e2b4498567932e482f6aeffe78a945d555b55e1c2905b8ed69639f7c30d0b2d72450a91346d6f524e39aa54c8766e3abeebd9dea090dcb40cfc1df02cdec918e1a0565074638578e3e83c64e466916c10e00e02bf62fdbdf878431f5401ca5aad01edaea90ca9f5dea3de18115cb8c3c183ed70eaff33e4a67ff926c09c239a5f13ab375ea7e03d2decff1058191fb5c76d0c4abf40294f26b73a118df3472e93e629325c542a4c6f5ca3974ed9cc1c26c993d8a327cf69da4756c7183f144e9c23972525451f86f38c18e695cca73f55c48f7c76c57e49d7d139e7d43b0267424ad7f0bdd3184ee5e3ebb10ed26208dc6a94c6148654d801e5c768350f0ec049220b18ad3010a8715007c6c0b87b7742781786403be683bedb01a223e68007ecfcc92a7a2913efcf51a666a534816cd1687e7e277754be9', 'worked', 1, NULL, NULL, '2026-11-29 00:48:26.3+00', '2026-11-29 00:48:26.387+00', DEFAULT),
	('01a224c6-8151-75d9-9bc9-8d3e818c4a33', 'default', 'keysecure', 'keysecure-authorization', '593ba4524c0581ac0201bd6db22333878991bbd7bf8113c016883136f7d8ed5f', 'card_changed', '\x010834303333333535362fc56e296f857ca02cad317659274afdf40bfbbf9825f67360f01638d90d6be367c306709c87a77211774820cf818c7aa9227f9bbbd78024a02138274b0b0c5011874fb108d17ef7fdf1c828dd4938eab135ca1621fbeebe4f5e6dccf2f9551d13d687dba1806bc9d866f0d422e5158871a18d6030139b31317769c39e7a7f5d6b5cce4e15d62adff5dec90a4636aa23b420b71c8d17c1e5b07ecf8041febe24fa03ec5e490432de1c65e212170f69c0426f2a23d62074f4b1350d3d686916ecba6dcd6652818051aead36120051e925', 'worked', 1, NULL, NULL, '2026-11-29 00:48:38.737+00', '2026-11-29 00:48:38.761+00', DEFAULT),
	('01a224c6-515a-728c-967f-ee062db39c1c', 'default', 'keysecure', 'keysecure', '326d4cbb8d8d950ca92c26103b5f56b39798a3020c7416216ff455f77d0ea9dd', 'card_changed', '\x01083430333333353536a78818ec0a2bb01e2a92fc02e2ada32f5c1d8302629c64f1ac309deaf772d44941ce7beb73e4570001b3819a0c49e22f2347fbb66320148b0ad23966d2120aa8ffc9238530054acf738768bfdc5f55fc774cc7885af1e2958d8481a9360964dbf0448837c7d3b50bea4e1bfa9d5a2173476db4dff273b74af4e67afffa692a44874f5ab525cf117ea9888977e70109b571823ee4f062f8a049cfaf00f1e83a34dd30f313b0945c37b32d8c4656ca4501b3442a56f65df014919a66a08a0412d60f1c7e182fed8961e17ea00420baa0', 'worked', 1, NULL, NULL, '2026-11-29 00:48:26.458+00', '2026-11-29 00:48:26.607+00', DEFAULT),
	('01a224c6-5b43-75c0-9616-02a4e25b5309', 'default', 'keysecure', 'keysecure', 'b81fa287eae40b257388f714ad5b5ddd639fef4c7fed6f0353a78c478424bb4d', 'card_changed', '\x01083430333333353536e974823018bd814f0f3e53ecf465884969144fc1599539d52f60a1145311c647a7941a3b8d4b23157d5f0651a277e19553ea5047151cc835a9527173db25bc89d7752abbe719ae5be68df72e6ede53485d1e060e5212fade05f7d80e619c7b0629e939a7fde9742ac6a7eb79f5bee727ef6205c277b5926f2edd4ea8d6a6ce9c37a336944f98970bc0108d0dbb2ef17a8a1275adbacb39dc9a04d302f9df617a5c0b0bc40414b4ebee6835e0908b40469b4e2702d2bbde3967a446725485737e8e541563e46a56f11ad4fcf6be7f138e', 'worked', 1, NULL, NULL, '2026-11-29 00:48:28.995+00', '2026-11-29 00:48:29.09+00', DEFAULT),
	('01a224c6-5d08-713e-bbbf-ffd3ed6c3e7b', 'default', 'keysecure', 'keysecure', '1874511f33524056e0d6244feebcc18cfc5ede6d173922eed98a5d7b912efb8a', 'card_changed', '\x01083430333333353536142e23af41074058c4183c8c8d0bebac1b15852a058075b1cb1606e7c77b04a44770f94977d4e54bf8699a76e3026a8b7b9517a052f7090a89d340f1e2c2da0b3a3a9b7ccfe7a7135b55e6970e6c77e779f5d0db89a7e6fae44019e7f66f031fb8a2eef1d506e9fceb1ce91841a582663eb9cd29c136f0fd3f2dd525e08aebe889293b629ba5b741336ab2f79e661baa7e1431ae55ead6b505344545c5a2ec5ee272c837d62130941636ba43945b270602fb62680583184963329c9cd235870f8bca63c044ceba0e648e34f7d281bf1b93', 'worked', 1, NULL, NULL, '2026-11-29 00:48:29.448+00', '2026-11-29 00:48:29.493+00', DEFAULT),
	('01a224c6-5f27-72c8-a785-38ccf847f9d7', 'default', 'keysecure', 'keysecure', '3ab9c70d1e090cf915c4714c7725e04085ed2f36d5718b110227e537da8c4372', 'card_changed', '\x01083430333333353536465f1a68449d3e5f10fb4ff37c95f63d2a977044a8359c8d0488eb2a09e569d11f7cdae448b7b954fea220af42afb8f4b6802e99473ebae9792e5da337403934a872a26732d6eacf8f402500f9bc168be86f3f065d62f96a387e7e44d33f47472fa80a9a9189df4707061d6d2458f0ec547532f208b973332374349ded1eb175669d3deec04d055e3a2eb4affd5fdd6456206b4661984e19e8a10c9e1cc4570ff79ea67ae308bb8bb86a512a9e53f597580a9030d4616f89162b6d466ba8e1b3d2210fd38289862b20abbf33f07b3e9b5b6a95', 'worked', 1, NULL, NULL, '2026-11-29 00:48:29.991+00', '2026-11-29 00:48:30.014+00', DEFAULT),
	('01a224c6-67bb-77c6-838a-9e443f7be03d', 'default', 'keysecure', 'keysecure', '824f095447a31be9d38b25e6bd5dc44d860ec3cf394d9a72b4b49e003940d4a4', 'card_changed', '\x010834303333333535363b7f2ec7d6b0cd40dce62def88aedf28bfa3f8cc94c357643a3ebadaf444305f9cd01527e54554c946b14b9430870e68af72f9c7e6fe80513802bd7255a47faf4c17204b37525218e38c7847c045b58717f582a0736fc59eefe032056cdaf7c487a4a39459d8002f438fd4258f63f8c9c0207798bfbc98d20cc051ee8f648647e3a78a40943f77767eef021ef931893ae511ed74004d2803f4fc86f46cc3592fcd2c52f79a38b9f4a1ed37d5c0a88c4334e86171cc431148eb614994f49d7d75c7a1dba5a7fa4e03893d9b94dda6e815ad', 'worked', 1, NULL, NULL, '2026-11-29 00:48:32.187+00', '2026-11-29 00:48:32.277+00', DEFAULT),
	('01a224c6-6913-716b-88db-e4e3fd92a062', 'default', 'keysecure', 'keysecure', '4c9ed71ef30b558fc2cd899625ca755375b91ade013ab065d594997eda2da6e0', 'card_changed', '\x010834303333333535362bd86dc5f34397397334601e9a1d4146909991ade180acfd92b9adb0639df75921f4307bc10f90fc2542c4de457debfa3b442644f2b0888f51a9424cffbfd3a37af430955be7be79f5f5c9f3d6a58c75bd3ce92dd4950d9f906b900d7c6b15fbe4bcc2e2906c4c05bea4bcd3453985eff153aa2de13b964c13249a2b1997ea1f898a3a8368c906b9ab76260865988e20c525f7e548a7120107061cf078f016f134306a24327fc564531081ecc9abc7c03ab0072f400d4292973851fe9641e123dd66af9d851feface7e03c62ac74b11e5a5b1b', 'worked', 1, NULL, NULL, '2026-11-29 00:48:32.531+00', '2026-11-29 00:48:32.567+00', DEFAULT),
	('01a224c6-6e27-729c-8c3f-353f0306ddc5', 'default', 'onerway', 'onerway', '53bca6abbe14995953affdd1500ec801c2599971ce2acb8eb0b1f7eeed49df74', 'bindings_hint', '\x01083430333333353536c958953fd9cb8a215d8cc55777d161870ca5248b006b1cd89fbac828ca54e7866dbfc6269058bf6f0ebfc8113993d3632f2b220ba6c3a7e16322ec732aa093dfeeac81c054906626fc6e9d266c36d466c37911aeea752261e823a69678274d4d61c8a7c268453eb3c21a24215a3f6a6ac67efdc6b7fb4e62fd10e4a44060a67b391add4967a1b5e9bf8229cc505a0489bc57d4983ef62fce4022fa49ea6e8bba9ebdc5e8a157591bbe0625306c9e2375e63e2be1cb970bd5213af45bfe3b1bfe05b2c84488b0a9ee157e057c4a82a814e70f81f08c29dcfdf05c662af240153ac6ecbc66edd79543b792978679744ce0b85ada3c6ba7c24e3c274c518183b927e6c435921972fc292bd7d233810fd273c9d6ae1899dc8e329ff901002aaf318338d4aedfc19e8e5340bd9072447bb2b0f67bdef468f8d8a54031b35d14864951208c76533793cd2b659a110e3c9ca76723ebc6e59f02608c76e6c403bdd1729c11caa488b915cc687c3c16123daae24c2584d6af06e96b52e3cbdbdccb5cbab95a1511c8ec0e7ea025d6103cc9265a2e6dc9a9d11b966c953fe5a28b4fbf5c865bfbf699bccc2cd66ad12607a0dc90c7179c72df1977d75b277170678562aace8cff0b51870e9b4e92bae4667eb67eebd197ffa7f4c4571a8082763c6fae97f438ca3e721940e6fa2d042bfb1e50bdae6f9615ff96c9bb1e773876e104f3b65c91f2d8469d565a463295e804cbc564126404233af41a4822a09774a306248bfc3a8bd012da6c5e5d84b445ab005907ab9ad502186cf5a7faa87bd93f7667616830878c08d7ba4bc57f5e5880c6184d850af3a7801d3c89c337da47297fb57817249e8e1c72172b055ba9bd7a648304f057ef2f9e97bf3996595115a6ab15ac3b624bf87287', 'worked', 1, NULL, NULL, '2026-11-29 00:48:33.831+00', '2026-11-29 00:48:33.846+00', DEFAULT),
	('01a224c6-6e36-74ff-b6b3-e00acfb09e55', 'default', 'onerway', 'onerway', '8ab8ba28418c1ffa2d82b136973ca440ca6af4f4fe9e9cc13852a3ddce5fde02', 'bindings_hint', '\x010834303333333535365075cd1eaa37eb621adee9ab88ce5c533ccd07306c745101871bccbbb965e79ba8ab87c675c4db5070aa4e509305487783e3f16bf832e318d1d2019f5eb5bdf0f98ecd911a7e37e4165fe9770c26a47329d87a2eecc43642383b1479f726ba4d4d5522bf6ee8a32b5d5f9e08352a94d7457dc97cbf203eb49c32d77ea488cf4326094670615eb2d70b540300364ef530da25783f363f31eb20e22bce2b77bb7480880a2109758d7e368469d4889b32a130c13665a05778f17421cc0eded99a5c799823fbc3191c70fb63a9685a7ed14e2c313ed9a1f3d32e5f0cf772721e4a1225782d4f31a2421b2d7933a5b581e3f0eb694abbf3dda8cde58363d87df9d8ca0e8d3d8925e3673df69572510343e859af90e56472d23e82320ac6a54ef8326f9ac00f9c592719225502953f9a3dcaaa53bc2d9fa597367043408617b921c0a3b3042934fda8d9b194e19ffe856fa188fba3594f70e0a9a311f9ea945f7f013f219b134bd78cb6527da998d2dbc0dfc3679ee21d036f3c35206d1d616663599fc9b7aab0bada47b140120251c7a574cbb3da879c80cbcf228531363c77750685188818af9e7127668b78f9631576377ee965f0f2645b721fe6ccea9e4e6a0a6436c1c0a430b90389a48e7852fca242e4e01e744be37a718b5f91b59525ecf39a638f1060c9b18fa3f0adb9ac39b19a8375e4520be54d4dbaf7f2a1c31c492361c55ca5c4113e2ab78ac3f9dd688b0524bc501efe2a68ab79965d2fa52a86fd49c8fb66b0868b37cd4bee11ee4df83e51fe39cac0a0652f23ee1bb2bfa342ccb4542b3b8d62a514b3004487422b1a840c888e761c17f408089c71d2ed822285a5d9ad505173b487122392f4a5cfc36827a7cc98c697fb657202696fb18443010c3f', 'worked', 1, NULL, NULL, '2026-11-29 00:48:33.846+00', '2026-11-29 00:48:33.911+00', DEFAULT),
	('01a224c6-6e4a-71ae-a7b9-e4c9e1974700', 'default', 'onerway', 'onerway', '02857a40b5d3b9d43d008d1df40273894f9ac50d090f3670829f7e37a46d5e27', 'bindings_hint', '\x01083430333333353536e47643e2480536baba61bb51f2c5514133d9f132930f4332c59f341af22c2ed65b74743fdfc8644c18c6a7e767a3f2bfb020017dd2642ae24849c10898c47497ff7d5179721a623ab454640b5c13f05a5d699814050f0b6c8762bfcc963b3a358a53b4a87bba4fec557e16d6817bfb110f47c342065a61c2193c0256973c65d506ac6b2a2f549a32f82a36348e87deb1984a027df68433621530667356af979f3f10f4b13db87bc18a696421427e48a0a1464b2253417c7ab9e8c9b234d709c503a3c73b3d5961b40d6f69e7adc3a22cc9cd57138c5280abd229b100f2d3ce66d5832127c49f48682eef2512f8f10f58b1f417c86574b1a7d5a13a43c3612d2d8b194446064c3297abbc65d1de24e032c3fc5c09f24527cee8995f81da728f6370e847d888b480adfcbad6575ff473d556136031d7fd5acbafcefba97a5af0ab5a30d1b9f9677c90a11b7617f4615e4b561b8b070040994d6275bbd1fcc824e302a978185a51f08555203a05dce7e2d4d379f30f3efed7a021159ede2abdcfb4166d1758c05ad94b453e79e199ce7bbffaebcbdb45ac87b28550f7b268de01a7cbe6fce1b3bf6fafad8c65fc3d15c8b478b79447feb817da6d27a3ea17101d107cffdeb2e52a6c987573577193046761a173cca34da09f9a6d596bc49ffef96f42f16139192293f25c0ccdae7d6f85b3ff16d8c564a319b158b300a1b127580dd578a063280c0b57de0d857fcaf4bee32c434cfe8f9459594a6f8e2f1d786779f8f5e46883d1ed152126ffc075a92de6106118b051eb9820f4682360f32a31506adb581fa4dfb4f8bf95201afb28683b2fb696883edccd375c0d0ac12eb3a216e76f1bfc0764800b0334d375d2120011fc84f293a49f91be196205312c817f30d5ff5f97dc', 'worked', 1, NULL, NULL, '2026-11-29 00:48:33.866+00', '2026-11-29 00:48:34.408+00', DEFAULT),
	('01a224c6-83c0-73db-bae7-c450e7d6a820', 'default', 'keysecure', 'keysecure-authorization', 'f28df533cc28322f292e14b8e3eedc1ad453664e95909cd9174f93e55b1ae16c', 'authorization', '\x0108343033333335353682fbc9bc1f0913f479fa091083d7d282728b72299b183cc8e53c255b8014d9399a9ec7c3b442f8833b09dce7ea02152e6aacc7f213073eb6214ed27b760b0a89e49abc5e8967c6cbdbab01930b4e10b4fe2a482a8ce9f2ff7a1659575dd8da2540b3a79815b93913d48b977a0a8c9312b3ebcf7820faf9d03f23decf19c212f24e4029860811cbbbf754dd67cbd6e519bf5198c1bca9b73e8f557aa3a0d58ea50840a922d39f299f3c6fdd7e21500c9c77d4a6036dd5babafcb6d6dcda33e12fa0da3e212024ede985f82a9d623e57b68afe5ce725ec91c8de2b86e48795722c60f4e9ecaf024fa14b3e3ba886040943442c8ff7e56d1850821136abda2e73da302ab1d47387e74b958911952687ae0864e568ba813188a4b688e1f0b3a21a8a8c635be5ef2c3bb0eff21142017024aa5871567870777702b77f0be4f5e6b9fbdab890f5a8309290394b3271a28d509475fca32a7befa78bd4bdae873b5c51503f4321d0b45d60a01ac3517862d8975b280aaee9497f6a3e383033b7a848883e622c9c62cc146198ea7e1fc49b8a0fcdb6781bc9fdc9b3778da631aa1d', 'worked', 1, 'approve', NULL, '2026-11-29 00:48:39.36+00', '2026-11-29 00:48:39.36+00', DEFAULT),
	('01a224c6-85ac-7776-a6a5-590c615912f4', 'default', 'open-api', 'open-api', 'f7e53a70f8f13c663a8d09ccc8e5bb5c8c971bfb8da2755c82118c3581ae49f5', 'card_hint', '\x01083430333333353536d294847789e060bb1c4653de27eb50e96fbd1357f673722ea59b79180209aaf6023f5c2cc849195b38d322d5654b829846a7344b764411c97348c98ee13dffbb4a28d2530267fc4bfe036e3e5cea77bb9a6400438a493f9487943d7666ee6b89d5e10c20863d11', 'worked', 1, NULL, NULL, '2026-11-29 00:48:39.852+00', '2026-11-29 00:48:39.883+00', DEFAULT),
	('01a224c6-6e65-73eb-ae06-c1d02ab4b6df', 'default', 'onerway', 'onerway', '03982a3e6923935096eea00591ca9760a59b649337e03210e703146ceeeb7b1f', 'bindings_hint', '\x010834303333333535367b1f0edbdc4958a209ba83194ea59e88d763d5b64927ed107e787b78224a9a4e2c621b72a40fac2e59d91e2b28b98680172795df658852c0407213796730e2226c3db33e6651fcf379ff4cbeb7aa8f329548561b8e82ee762f6c938f8fc618b70bc716113f5fa0009463fd4675a4d7d502e80f6f0077a3220d63249e0aef4a0f233b8c4e826a977b3890ec185751000a08f9e240b8f2c7bffda5f68f55dfba454d4811148059b45d003de9f4755435fcc5bcac9a9c035e286f3e0a0562c1baef0461170afb7cb7c4949b06aa2d38467605c4d205e68a0df9fddcd0e4452cc8cbaf3d30d90692102694247adf00d81aaac313d3ada91c4721b9a7a5739c5eea6723425cd12955e77bc7ab91a247c2654c3eca9bcdf7c90d039c39ccdbcaa75d9e91f49ba3f9a4175bf9db6698f595519845f6f3131320184f6a9db803009f108bf0f1849d95eb32dc3ad5bb49d5d0582a6e57229991a1040d17cc7173563f139262ace8cc4e1df1c20cdcb45acc776034ad4bff6ea29e79d06d1363e4a166eeea85c6e5cbbb271f2d42184f79b4c0475a80dc53440cf8c543a4b8ae6d27ad5631b9210663d62cfb2bbdddaa8d2607d81e75b62ec08ccfefa12bb8422f856d2c92792214e333fb541434cd66f742fb946e39c137ad3737a8d7cc4e97c80cd57a7de6fa2e17b3b16730eadbf2056794282eb6e62afac377c33a99d56bd090fc99908ddd87d82522c9a0be8daa6bba45fa330406230c80e280dbb863c1978ab149c3c306ef5e5001b300d45d7ab06aef3312276efd851e5ca56c8682af9b881a066c07063655018224baa5f5a0d5fd8341be8313549fa74315b5be5bf678fb1c4edb3b965a5d6b088f955f5cf2a488b851580bf4ad04cfebb2dd9edb13c9acd38de578', 'worked', 1, NULL, NULL, '2026-11-29 00:48:33.893+00', '2026-11-29 00:48:34.95+00', DEFAULT),
	('01a224c6-83cf-73f3-841f-f8d166737dd6', 'default', 'keysecure', 'keysecure-authorization', 'eaac89ffc13a52ea88d9ed11b63cd5a988cc0916bf5d32371cd7305a65a88c12', 'transaction', '\x01083430333333353536945878cd4023956c2b48d4481e31bfd570295270e4daa3bc7be67410783a1419f380c5a550977f5f04f72a838f427d8d01c9d4e2ae2fa46ca2f8262d53f3c7a0b677c5839a45aca732ddc03e26efccf44513fc3b3aa745839cecb23ac850f9ba6ef318fbfa11e2a42bcd40ecbafdf0ab9b4fb01ab91c3c30780ffc0272a813251930ffa10e342c2d8fcc2e9089f64c1188f9cc4889a667becc7e9420179f028e6985c2cdf05008b9b48c8e2c51060ca79395a74dd6d9baad301208c17eeb82a0cc4c0fe1bfc02267ac52482e4c341ca04bccd15903a3c17a66586cd90c8b03e79993ea7cfbb299013337b4263555a140be54fe300bbbd7e16fde27f9e767b7992cc9188cc72e175758b9e19efa7f69ce695c78473bf95da56d1d18ad3822a42f65988b5b412f138352fa30ec8381a08e6dd8d658fa09bdddc9792ca89c722afffff30cc78a6970c4f2d8bfff677ba3f23691517fa9db09b72f25993343f63b4e1063d6f6ccdc179dac4032d8e576349cb87921e5656cfc52b828dbe3ac78791ccdc3ee46248e3b3e00d585816a711d0762c129a02f781299c271086c4cecfcf5473f7f70b3063e3ec26cd373fbed376885a95ff6e73cc65044d41e22b2937ce4db0a1c7c342d3d21ead37b31d8c5c68c3c8f3f49c5d36a32608129c9d50d0493bec199a83c0a3ee3be9ba0b1d097', 'worked', 1, NULL, NULL, '2026-11-29 00:48:39.375+00', '2026-11-29 00:48:39.414+00', DEFAULT);


--
-- Data for Name: card_products; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.card_products VALUES
	('01a224c6-392c-7169-946b-36020c0f5cf7', 'default', 'keysecure', 'keysecure', 'PKG2026000001', 'Sandbox Virtual', '428801', 'visa', NULL, '{virtual}', '{}', NULL, NULL, NULL, 'available', NULL, true, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:20.268+00'),
	('01a224c6-392c-716a-a2a3-2c6544277745', 'default', 'keysecure', 'keysecure', 'PKG2026000002', 'Sandbox Physical', '537702', 'mastercard', NULL, '{physical}', '{}', NULL, NULL, NULL, 'available', NULL, true, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:20.268+00'),
	('01a224c6-392c-716b-9151-1d15b0989208', 'default', 'keysecure', 'keysecure', 'PKG2026000003', 'Sandbox Virtual with address', '428803', 'visa', NULL, '{virtual}', '{}', NULL, NULL, NULL, 'available', NULL, true, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:20.268+00'),
	('01a224c6-7936-7360-9855-b2556a004e4d', 'default', 'keysecure', 'keysecure-authorization', 'BIN2026000001', NULL, '428801', 'visa', NULL, '{virtual,physical}', '{USD}', 'USD', NULL, NULL, 'available', NULL, true, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:36.662+00'),
	('01a224c6-7936-7361-a71b-d757ba699461', 'default', 'keysecure', 'keysecure-authorization', 'BIN2026000002', NULL, '537702', 'mastercard', NULL, '{physical}', '{USD,EUR}', NULL, NULL, NULL, 'available', NULL, true, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:36.662+00'),
	('01a224c6-7936-7362-be0f-85c6ce9d7553', 'default', 'keysecure', 'keysecure-authorization', 'BIN2026000003', NULL, '428803', 'visa', NULL, '{}', '{USD}', 'USD', NULL, NULL, 'available', NULL, false, '{"weekly": "50000.00", "balance": "10000.00", "atmDaily": "1000.00", "atmMonthly": "5000.00"}', '2026-11-29 00:48:36.662+00'),
	('01a224c6-39af-7723-948d-79087e0c899a', 'default', 'open-api', 'open-api', 'cpi_7a10be55c2d01', NULL, '428853', 'visa', 'debit', '{}', '{USD}', 'USD', 'US', NULL, 'available', '1', true, NULL, '2026-11-29 00:48:39.543+00'),
	('01a224c6-39af-7724-8126-f7c3dfe2e54b', 'default', 'open-api', 'open-api', 'cpi_7a10be55c2d02', NULL, '537741', 'mastercard', 'credit', '{}', '{USD}', 'USD', 'US', 'Sandbox Bank', 'available', '1', true, NULL, '2026-11-29 00:48:39.543+00'),
	('01a224c6-39af-7725-adbe-451efaaeed43', 'default', 'open-api', 'open-api', 'cpi_7a10be55c2d03', NULL, '419926', 'visa', 'credit', '{}', '{USD}', 'USD', 'HK', NULL, 'delisted', '4', false, NULL, '2026-11-29 00:48:39.543+00');


--
-- Data for Name: card_transactions; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.card_transactions VALUES
	('01a224c6-50bc-71a6-9ade-df16a9edbba5', 'default', 'keysecure', 'keysecure', 'X2026112928687692531', 'C2026112928687692532', 'purchase', 'Consumption', 'succeeded', 'Success', 12.50, 12.50, 'USD', 0.00, '[]', '{"city": "Singapore", "name": "Sandbox Shop", "country": "SG", "categoryCode": "5411"}', NULL, '2026-11-29 00:48:26.296+00', '2026-11-29 00:48:26.296+00', '2026-11-29 00:48:26.296+00', '2026-11-29 00:48:26.296+00', '2026-11-29 00:48:26.3+00', '2026-11-29 00:48:26.3+00', '2026-11-29 00:48:26.885+00'),
	('01a224c6-83cf-73f4-83ca-68734b4f6355', 'default', 'keysecure', 'keysecure-authorization', 'X2026112928687692544', 'C2026112928687692538', 'purchase', 'Consumption', 'succeeded', 'Success', 5.00, 5.00, 'USD', 0.00, '[]', '{"city": "Singapore", "name": "Sandbox Shop", "country": "SG", "categoryCode": "5411"}', NULL, '2026-11-29 00:48:39.374+00', '2026-11-29 00:48:39.374+00', '2026-11-29 00:48:39.374+00', '2026-11-29 00:48:39.374+00', '2026-11-29 00:48:39.375+00', '2026-11-29 00:48:39.375+00', '2026-11-29 00:48:39.375+00');


--
-- Data for Name: cardholders; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.cardholders VALUES
	('01a224c6-3a5e-7000-9c18-6ba3d590cde3', 'default', 'keysecure', 'keysecure', 'U2026112928687692531', 'user-1', 'approved', 'Approved', NULL, '01a224c6-3a5f-72ac-a60c-af78fb60a76d', '2026-11-29 00:48:20.575+00', '2026-11-29 00:48:23.047+00', '2026-11-29 00:48:23.047+00'),
	('01a224c6-6fab-766f-a6b7-4e9665c8b318', 'default', 'keysecure', 'keysecure-authorization', 'U2026112928687692537', 'user-2', 'approved', 'Approved', NULL, '01a224c6-6fab-7670-b35b-71dc0b1a188d', '2026-11-29 00:48:34.219+00', '2026-11-29 00:48:36.604+00', '2026-11-29 00:48:36.604+00');


--
-- Data for Name: cards; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.cards VALUES
	('01a224c6-7969-7596-af59-1febfc5c0613', 'default', 'keysecure', 'keysecure-authorization', 'C2026112928687692538', 'BIN2026000001', 'U2026112928687692537', 'virtual', 'visa', NULL, '6130', NULL, 'active', 'Activated', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-7969-7597-a79e-fb29431e218d', '2026-11-29 00:48:36.713+00', '2026-11-29 00:48:39.169+00', '2026-11-29 00:48:39.169+00', DEFAULT),
	('01a224c6-4467-72d9-abe8-744a85e1bfb7', 'default', 'keysecure', 'keysecure', 'C2026112928687692532', 'PKG2026000001', 'U2026112928687692531', 'virtual', 'visa', NULL, '6693', NULL, 'frozen', 'Frozen', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-5142-7617-8638-812925766470', '2026-11-29 00:48:23.143+00', '2026-11-29 00:48:26.449+00', '2026-11-29 00:48:26.449+00', DEFAULT),
	('01a224c6-5401-71b3-a2a3-c986112d4f4f', 'default', 'keysecure', 'keysecure', NULL, 'PKG2026000001', 'U2026112928687692531', 'virtual', 'visa', NULL, NULL, NULL, 'failed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-5401-71b4-9704-46f98792433f', '2026-11-29 00:48:27.137+00', '2026-11-29 00:48:27.145+00', NULL, DEFAULT),
	('01a224c6-5366-72f5-b871-8b5fa0660c38', 'default', 'keysecure', 'keysecure', 'C2026112928687692534', 'PKG2026000001', 'U2026112928687692531', 'virtual', 'visa', NULL, '3526', NULL, 'active', 'Activated', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-5366-72f6-9d59-221f75638230', '2026-11-29 00:48:26.982+00', '2026-11-29 00:48:29.03+00', '2026-11-29 00:48:29.03+00', DEFAULT),
	('01a224c6-552e-7404-b00c-35d89d1a49f2', 'default', 'keysecure', 'keysecure', 'C2026112928687692535', 'PKG2026000002', 'U2026112928687692531', 'physical', 'mastercard', NULL, '0620', NULL, 'active', 'Activated', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-5f79-721f-9da9-e60a92956d60', '2026-11-29 00:48:27.438+00', '2026-11-29 00:48:30.073+00', '2026-11-29 00:48:30.042+00', DEFAULT),
	('01a224c6-5fe0-736f-a8c4-2c2e186df263', 'default', 'keysecure', 'keysecure', 'C2026112928687692536', 'PKG2026000002', 'U2026112928687692531', 'physical', 'mastercard', NULL, '8450', NULL, 'active', 'Activated', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-6965-75df-87ca-3b0cf7299296', '2026-11-29 00:48:30.176+00', '2026-11-29 00:48:32.613+00', '2026-11-29 00:48:32.577+00', DEFAULT),
	('01a224c6-847c-737a-9483-b254c6676a78', 'default', 'open-api', 'open-api', '8ff49b6f772632716c43069c43a8c3b7', 'cpi_7a10be55c2d01', 'hld_v9OuJUZPJtjH', NULL, NULL, '428853', '7438', '2032-09', 'cancelling', '4', 6094, 0, '2023-02-01 16:47:09+00', '2024-02-01 19:47:01+00', NULL, '\x010834303333333535363be301023a3008b3b64dbe919cf32e8526ba1ef3523e033c66b241de490928fc9d31151992aedfe0ea80da66', 'k1:d561ed3603e4e78960b7553f3006e27acc3f00cc198b73dce42beb576fc13c5f', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-737b-a2f3-43550a638199', 'default', 'open-api', 'open-api', 'cid_YUofgEy0QKS3RIoi', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '6159', '2032-09', 'active', '2', 200.5, 401.49, '2023-01-04 19:47:03+00', NULL, NULL, '\x0108343033333335353601b5621501348f3cc1ab5eb401670870b86620840092ca30d02e99226558cb4e93b9c870291855461fc9ebe4', 'k1:aa64ead2f87f42dc55ac2f715887bd68e5c505407d99e28a8d9889606d9086d7', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-737c-a82c-276a680e673b', 'default', 'open-api', 'open-api', '14dcc312684e4edaa36434ef2510c632', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '3258', '2031-06', 'cancelled', '5', 1234.56, 401.49, '2023-08-25 16:47:03+00', '2024-04-25 16:47:00+00', '2025-09-25 15:47:05+00', '\x010834303333333535365697b2e415f356a5ec575765de70dc9447002973894dd6714ab6e3970562674b566572f18e1dc3d3b0b6a32a', 'k1:a642654ce006868fa05855408dff22f2a0a4071c55b2ae7af7cdefc3dff56082', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-737d-a809-010773bd6c4d', 'default', 'open-api', 'open-api', 'cid_EyIsRnSh5EGKqCgX', 'cpi_7a10be55c2d01', 'hld_wQF98A1GYlgX', NULL, NULL, '428853', '0160', '2029-01', 'cancelling', '4', 200.5, 0, '2023-06-04 17:47:06+00', '2024-07-04 19:47:00+00', NULL, '\x01083430333333353536215b1eea50b8bc33e2b4544f701fb2dc35d4425ee617dfc67741fe4943c3aad3c6f7698d538e33a3f1a3d8c0', 'k1:8fcefac029542ac18ac858e231bbaafb4bdcedf460daa3d0176e1c8e433a0f43', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-737e-9da3-46bf74af4071', 'default', 'open-api', 'open-api', '0d89511a6088ad7c16b3dc12b0cf5eda', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '6057', '2029-03', 'lost', '6', 200.5, 10380, '2023-09-26 11:47:06+00', NULL, NULL, '\x010834303333333535366b2c0b5c650ea09487c826e0af407e927669abfa7a7ab0cfad81f864a8977daf717cb157ed3a438ff3a83fb6', 'k1:404af5424b603496c3c7da3e62eacd4583c8e5b12ae6777e708f2ae8f77f6468', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-737f-b8fe-18112447c515', 'default', 'open-api', 'open-api', 'cid_kZmjw2YvsPJ3X7fn', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '0775', '2029-03', 'lost', '6', 0, 440.50, '2023-04-17 16:47:01+00', NULL, NULL, '\x0108343033333335353684e5e4efcfecd66b52e6ae440c16778b2bd60727c7e622ae8eb440cf7543d4257d7cc39c895a37537bc05d70', 'k1:f1dbde322b275a69dd1f6c6605caa648cfb8ca641ce00da263139ac1f0982824', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7380-b3f5-72dc5cbc9ab0', 'default', 'open-api', 'open-api', 'a716e7ef93a99e5e073087c4ce62885f', 'cpi_7a10be55c2d01', 'hld_ofeCYMiCiViO', NULL, NULL, '428853', '0316', '2029-01', 'cancelling', '4', 0.10, 1000.00, '2023-04-23 16:47:05+00', '2024-04-23 13:47:00+00', NULL, '\x010834303333333535364261c21bf5a51cdafec66ad319a39fb5de9ff02de821e07c59e633409aaa81b278bdb41c0ba6529e7007a063', 'k1:ff5f240520293b23d9685d1eaed55280c4bf57e5a022798e7592cdd23ea7e561', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7381-b563-f1430a0c3a31', 'default', 'open-api', 'open-api', 'cid_fCTFn94exeBQ5DV0', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '0164', '2032-06', 'cancelling', '4', 0.10, 401.49, '2023-05-19 13:47:08+00', '2024-05-19 13:47:03+00', NULL, '\x010834303333333535364f3d1a20e20200c5f0d65ab68069c29f3908dee70626ba1275961cc0b2b319103afd6a44140062efaf76c347', 'k1:de7917ec6b6ea309ca0bc5f3ff0835069dcd1bad1aa41f0bed84a722e617af4f', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7382-9413-ef8de129fc55', 'default', 'open-api', 'open-api', 'd3e6b245b5875bbf1f416a685beb1542', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '6204', '2030-04', 'lost', '6', 0.10, 17789, '2023-07-16 18:47:09+00', NULL, NULL, '\x01083430333333353536defc8325b3a722e479bd0305c3fe144e3f35d1c3d4cb0bdd1e1027b92998b5e98551d7f1b62608f08c5722bc', 'k1:47198466e8d88d594539004c7c1e0748f1903c3b68a02236888a97a47e042bd9', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-866e-7131-863c-74338051c254', 'default', 'keysecure', 'keysecure', NULL, 'PKG2026000001', 'U2026112928687692531', 'virtual', 'visa', NULL, NULL, NULL, 'pending', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a224c6-866e-7132-aa4f-426fe54ee0fc', '2026-11-29 00:48:40.046+00', '2026-11-29 00:48:40.046+00', NULL, DEFAULT),
	('01a224c6-847c-7383-84af-00b1e5e2ade6', 'default', 'open-api', 'open-api', 'cid_bZN3tCP0mvAnjCOC', 'cpi_7a10be55c2d01', 'hld_sE3MXCmq15E4', NULL, NULL, '428853', '6823', '2029-07', 'lost', '6', 3639, 440.50, '2023-01-24 11:47:04+00', NULL, NULL, '\x01083430333333353536de964090e865bed2fbb00dcb293e2ab2bbf1741d17baa34b42e0d478358955bd5e6fcb1d134276766b2611f4', 'k1:1362f2f9d46173c70a18d691c2ac03ac786d48028c6c757899ae0d37d5d783a8', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7384-b855-b6976141133a', 'default', 'open-api', 'open-api', 'f507350aff3c83e0106da457697bbb07', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '7910', '2029-06', 'frozen', '3', 100.00, 440.50, '2023-04-04 14:47:02+00', NULL, NULL, '\x010834303333333535364a7ead0ad3bf2034d3a3dd46d54e6e4fa4b6d7f6ae562947132c463d33741d7ac87ad54f189394faf622033e', 'k1:372b39b3311b2415d717d97b63205a6cb0107d47d06bdd53d71d0c94063bea3c', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7385-a16e-ab204140a3bc', 'default', 'open-api', 'open-api', 'cid_IQqydd9uE7HMhjkG', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '9693', '2030-08', 'cancelling', '4', 1234.56, 11941, '2023-09-03 10:47:08+00', '2024-05-03 13:47:01+00', NULL, '\x0108343033333335353646f89ac69a3d0a1b954e8939b65c65ff5aec51b3ea82b322de25c8aca3d1166570c1e1c9379727df70479477', 'k1:15f2fc689771797eaac14610fdab67f137398ce16d4cb2f49b9fa53814606d06', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7386-b8c5-21123a979855', 'default', 'open-api', 'open-api', '38f80f8a0ccceea0a7f892b284361060', 'cpi_7a10be55c2d01', 'hld_nKSb1i7WXfSX', NULL, NULL, '428853', '0123', '2029-01', 'inactive', '1', 0, 9449, NULL, NULL, NULL, '\x01083430333333353536207c44c997cb4284d7e87d04f3de1a04665be9dba7485e86888d509aa5327aeb2d683c37239a8154dc84aa8b', 'k1:ff8c5ded769c54c82c5d61e3ac53a36b7bbeb347a70d69f8040e3fc9ed4edb55', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7387-a5d2-7bd83ac5f7c3', 'default', 'open-api', 'open-api', 'cid_OPUQpAP9aSpuSr9q', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '5492', '2031-01', 'replaced', '7', 0, 16213, '2023-01-22 15:47:01+00', NULL, NULL, '\x0108343033333335353600bed7e72d8a470f80d436415ba85648755af1a7d45f55e775fea4ea9bfad2b7ebcce9c5d19d8ad4e97dde6a', 'k1:51d41b806965e29564284792f06b02496cd5b383ea48a0e30f6fd99c903ec45a', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7388-b02b-02e3f1c727b8', 'default', 'open-api', 'open-api', '055bc8bf4f6a4c7b9ac454ba6ca0afb6', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '1601', '2030-01', 'cancelling', '4', 0, 0, '2023-02-09 19:47:01+00', '2024-09-09 16:47:07+00', NULL, '\x010834303333333535365fa1a758d7e368a4f4f646c7e64db57ab48ee4c141ad395dbe179d95538671c88cfb8c463bcdbf96d3851df1', 'k1:1ed3d5f622a4099f8f5efb7ede2b1f921eb0929af568ae897d2a34bd644ed2f8', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7389-aea7-16bc1143faf6', 'default', 'open-api', 'open-api', 'cid_IXzoOolX9bw2kqo0', 'cpi_7a10be55c2d01', 'hld_441pbNN0INjB', NULL, NULL, '428853', '1602', '2032-06', 'active', '2', 8.2, 0, '2023-07-10 16:47:06+00', NULL, NULL, '\x01083430333333353536771f009bcec42c49f3600650cf4ddbe5d691565ffaed76333a31f9632d568b109ac1060da6be52ffe20fa45d', 'k1:5b328f96cb2116e0440329f35b0445c44389be24ba13467eaae646be28e8a292', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738a-8cea-3794e3482a95', 'default', 'open-api', 'open-api', 'd3932512946ae5e77f6e86057589f50b', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '9072', '2032-06', 'active', '2', 200.5, 401.49, '2023-06-26 18:47:08+00', NULL, NULL, '\x01083430333333353536fdb3c66b38fdd671703e2f47a9dbf6391d865b05dc76c19a505d5e1b500a1adc592fb58cad98f9a90a724727', 'k1:e1c90af83b0df9d9d1f5d3dc0c01f8b0a4953ebe6131d17e956087fed5fdc7b4', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738b-9805-3ae30e937814', 'default', 'open-api', 'open-api', 'cid_LEgHhfxLxVfYY4Wa', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '8865', '2031-08', 'inactive', '1', 100.00, 1000.00, NULL, NULL, NULL, '\x010834303333333535365e10737a6b7ed6c2932c11e79e605ef8d3b36720bd1f410d0cc75e84f36577097bdbe958de9e4e7327ab220b', 'k1:4e0c5f92d7dd7e1348982be04c6a7849757fc600ab6bba7f130d42bf809de426', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738c-ba72-31b822c0b090', 'default', 'open-api', 'open-api', '2688367e59a1de7e05fd3c791a484381', 'cpi_7a10be55c2d01', 'hld_OJyIwvIN5DuT', NULL, NULL, '428853', '5410', '2030-08', 'active', '2', 1234.56, 14083, '2023-01-14 11:47:00+00', NULL, NULL, '\x010834303333333535364e7c6096b83a0dc30341fd2ad5e4851a938de91986ba55c5b80798568e6bc63bb6c665e92e9a888bb2afbb06', 'k1:896cd3bcb753fc381f8dfa6df06f2ea4b3011be33d141a017526bac84803951b', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738d-aa4c-e8b11a0ff247', 'default', 'open-api', 'open-api', 'cid_9mTOoay3yw0rB71e', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '8740', '2029-03', 'cancelled', '5', 1234.56, 0, '2023-03-12 13:47:02+00', '2024-03-12 11:47:08+00', '2025-03-12 17:47:09+00', '\x01083430333333353536e3fe271465b56e86ae9e007df86be7a44ef0155619acbd8713e85a9923899419c94adccb0eabeb29580f8c67', 'k1:692c64ece542424a1cbbc413890dd1cca99c2dc735aaccd4d085e09fc1e3672a', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738e-9231-ee62da7f1414', 'default', 'open-api', 'open-api', '289e592e71f8badd99fe422fd9b976c6', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '6879', '2029-07', 'active', '2', 100.00, 401.49, '2023-03-22 14:47:04+00', NULL, NULL, '\x010834303333333535365fad0c91e4398e6acd7e68a651da0731511e046080055e107ce72a6bbf650976148926f5531db149187f189a', 'k1:fd74cf45a53253fe518bfa4336114da31ed03d24b44cf5c9210dbe5166e28b2e', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-738f-9bdd-0cbbad3c2211', 'default', 'open-api', 'open-api', 'cid_CRshHPIuxbK4VnuF', 'cpi_7a10be55c2d01', 'hld_SHVZJeXPI56V', NULL, NULL, '428853', '5624', '2029-03', 'active', '2', 5401, 1000.00, '2023-07-16 13:47:03+00', NULL, NULL, '\x01083430333333353536518fb1a9a8cc7a607046183cae0044e999a409f972f1084680100e6a7fdf0ab2c676526e9cad408ec64c3d43', 'k1:226f58cbec1b222d590444532f44d3a5ae4d95e277190a60e154bf737cecd3f7', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7390-a56f-181129e63724', 'default', 'open-api', 'open-api', '1cc477297f4b591ea6a71a0c2001a19d', 'cpi_7a10be55c2d02', NULL, NULL, NULL, '537741', '9566', '2032-08', 'cancelling', '4', 0, 9367, '2023-05-26 18:47:03+00', '2024-01-26 10:47:01+00', NULL, '\x01083430333333353536da54bbb19f0e933449351bb26dfc6f805775f17031230c9874a5d2224fe9ce452191e95553066a79055bde68', 'k1:868895579e6eef9838607e96bdae88f09e2f2e9e43294952c76b51b2b1f87fb6', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7391-b3ef-0df510af7c21', 'default', 'open-api', 'open-api', 'cid_2bZfAY6TsSreogJF', 'cpi_7a10be55c2d03', NULL, NULL, NULL, '419926', '4098', '2031-04', 'active', '2', 100.00, 17542, '2023-05-06 15:47:04+00', NULL, NULL, '\x01083430333333353536b4926576836a5f82a21148f3f702c072dd2ace8c8535a29f12924822cf733d1d1903da15dd86627f87b6cc23', 'k1:f5dd4af82f34d4900b32184b107f2a396ea027c275ef132f26f851ebdae78ea2', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.548+00', DEFAULT),
	('01a224c6-847c-7392-a882-422d7480675b', 'default', 'open-api', 'open-api', '1eb62f70656263a358fa7c5fc876ca5c', 'cpi_7a10be55c2d01', 'hld_oRolSQb1D90M', NULL, NULL, '428853', '4646', '2029-08', 'active', '2', 1234.56, 11881, '2023-06-18 13:47:04+00', '2024-01-18 15:47:01+00', '2025-01-18 11:47:02+00', '\x010834303333333535367110964e69c9eafabf4de42743f2406455ff10254abd44abfe3c1cdec96a2d42bf20e6cc4d815a94dca37fec', 'k1:15704bc546e808191a7839117dea5deca26f1371bce1d5c8973ac470806f1f8a', NULL, '2026-11-29 00:48:39.548+00', '2026-11-29 00:48:39.864+00', '2026-11-29 00:48:39.864+00', DEFAULT);


--
-- Data for Name: operation_attempts; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.operation_attempts VALUES
	('01a224c6-3a5f-72ac-a60c-af78fb60a76d', 0, 'send', '2026-11-29 00:48:20.603+00', '2026-11-29 00:48:20.606+00', 'done', 200, '0', 'Success'),
	('01a224c6-4467-72da-9b8b-60bb6139a7a2', 0, 'send', '2026-11-29 00:48:23.164+00', '2026-11-29 00:48:23.168+00', 'done', 200, '0', 'Success'),
	('01a224c6-4f9d-7689-9d03-4a527a2ef726', 0, 'send', '2026-11-29 00:48:26.043+00', '2026-11-29 00:48:26.047+00', 'done', 200, '0', 'Success'),
	('01a224c6-5142-7617-8638-812925766470', 0, 'send', '2026-11-29 00:48:26.446+00', '2026-11-29 00:48:26.449+00', 'done', 200, '0', 'Success'),
	('01a224c6-5366-72f6-9d59-221f75638230', 0, 'send', '2026-11-29 00:48:26.991+00', '2026-11-29 00:48:26.995+00', 'unknown', NULL, NULL, 'ECONNRESET'),
	('01a224c6-5401-71b4-9704-46f98792433f', 0, 'send', '2026-11-29 00:48:27.142+00', '2026-11-29 00:48:27.145+00', 'refused', 200, '1022', 'Merchant status abnormal'),
	('01a224c6-552e-7405-a1e6-8af590f7c39c', 0, 'send', '2026-11-29 00:48:27.444+00', '2026-11-29 00:48:27.447+00', 'done', 200, '0', '***u******e******'),
	('01a224c6-5366-72f6-9d59-221f75638230', 1, 'look-up', '2026-11-29 00:48:29.03+00', '2026-11-29 00:48:29.069+00', 'done', 200, '0', 'Success'),
	('01a224c6-5f79-721f-9da9-e60a92956d60', 0, 'send', '2026-11-29 00:48:30.075+00', '2026-11-29 00:48:30.077+00', 'unknown', NULL, NULL, 'ECONNRESET'),
	('01a224c6-5fe0-7370-9693-920f80f7f4e0', 0, 'send', '2026-11-29 00:48:30.178+00', '2026-11-29 00:48:30.181+00', 'done', 200, '0', '***u******e******'),
	('01a224c6-6965-75df-87ca-3b0cf7299296', 0, 'send', '2026-11-29 00:48:32.622+00', '2026-11-29 00:48:32.628+00', 'unknown', NULL, NULL, 'ECONNRESET'),
	('01a224c6-6965-75df-87ca-3b0cf7299296', 1, 'person', '2026-11-29 00:48:32.716+00', '2026-11-29 00:48:32.716+00', 'done', NULL, NULL, NULL),
	('01a224c6-6a4f-73d8-8f51-1b5080c4553d', 0, 'send', '2026-11-29 00:48:32.866+00', '2026-11-29 00:48:32.881+00', 'done', 200, '0', '成功'),
	('01a224c6-6af1-732a-a06e-34c8e550bc8a', 0, 'send', '2026-11-29 00:48:33.034+00', '2026-11-29 00:48:33.039+00', 'done', 200, '0', '绑卡成功'),
	('01a224c6-6b68-7228-b0eb-11495fd6e72c', 0, 'send', '2026-11-29 00:48:33.138+00', '2026-11-29 00:48:33.145+00', 'done', 200, '0', '成功'),
	('01a224c6-6c0d-736a-bb61-8426139a4b11', 0, 'send', '2026-11-29 00:48:33.298+00', '2026-11-29 00:48:33.303+00', 'done', 200, '0', '成功'),
	('01a224c6-6c80-7563-bc57-9b9e8d0429f9', 0, 'send', '2026-11-29 00:48:33.424+00', '2026-11-29 00:48:33.428+00', 'refused', 200, '-2', '验证码错误'),
	('01a224c6-6cc4-7772-8a7d-99b6119b80d2', 0, 'send', '2026-11-29 00:48:33.486+00', '2026-11-29 00:48:33.492+00', 'refused', 200, '-2', '验证码错误'),
	('01a224c6-6d29-7187-8d15-3ba30ab41c85', 0, 'send', '2026-11-29 00:48:33.587+00', '2026-11-29 00:48:33.591+00', 'refused', 200, '-2', '验证码错误'),
	('01a224c6-6d6a-73d6-8989-46b4da8e1cde', 0, 'send', '2026-11-29 00:48:33.652+00', '2026-11-29 00:48:33.656+00', 'refused', 200, '-2', '验证码错误'),
	('01a224c6-6dbf-7568-b215-2dc4ce1e6ee8', 0, 'send', '2026-11-29 00:48:33.733+00', '2026-11-29 00:48:33.737+00', 'refused', 200, '-2', '验证码错误'),
	('01a224c6-6f30-7554-9383-2966b72baae1', 0, 'send', '2026-11-29 00:48:34.101+00', '2026-11-29 00:48:34.104+00', 'done', 200, '20000', 'Success'),
	('01a224c6-6fab-7670-b35b-71dc0b1a188d', 0, 'send', '2026-11-29 00:48:34.221+00', '2026-11-29 00:48:34.234+00', 'done', 200, '0', 'Success'),
	('01a224c6-7969-7597-a79e-fb29431e218d', 0, 'send', '2026-11-29 00:48:36.731+00', '2026-11-29 00:48:36.733+00', 'done', 200, '0', 'Success'),
	('01a224c6-844a-76d5-94d4-78abf6236926', 0, 'send', '2026-11-29 00:48:39.51+00', '2026-11-29 00:48:39.51+00', 'done', NULL, NULL, NULL),
	('01a224c6-866e-7132-aa4f-426fe54ee0fc', 0, 'send', '2026-11-29 00:48:40.112+00', '2026-11-29 00:48:40.115+00', 'unknown', NULL, NULL, 'ECONNRESET');


--
-- Data for Name: operation_resolutions; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.operation_resolutions VALUES
	('01a224c6-6965-75df-87ca-3b0cf7299296', 'default', 'development', 'key_01m8jccbgfeehbwv8s2rhzcjyg', '30456286418714', 'k1:649168b447ded9e8215cedd9fb55971c8b3f0b59506ee31f5ad81860a1ad776b', 'succeeded', 'Support confirmed it, ticket 4712', NULL, '2026-11-29 00:48:32.716+00');


--
-- Data for Name: operations; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.operations VALUES
	('01a224c6-3a5f-72ac-a60c-af78fb60a76d', 'default', 'development', '19322287221099', 'k1:e4d3248a8edd621a8a1b6b2158328d9071a6cdc5bb1ab9c93cc456a70d62f610', 'createCardholder', 'keysecure', 'keysecure', '01a224c6-3a5e-7000-9c18-6ba3d590cde3', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:20.606+00', 0, NULL, 201, '{"id":"chd_01m8jccejye009r63bmfas1kf3","provider":"keysecure","account":"keysecure","providerRef":"U2026112928687692531","reference":"user-1","status":"pending","providerStatus":null,"failReason":null,"createdAt":"2026-11-29T00:48:20.575Z","updatedAt":"2026-11-29T00:48:20.606Z","syncedAt":null,"operation":{"id":"op_01m8jccejzeapac35ff3xp19vd","outcome":"succeeded"}}', '2026-11-29 00:48:20.575+00', '2026-11-29 00:48:20.606+00', 1, NULL, NULL, 0),
	('01a224c6-4467-72da-9b8b-60bb6139a7a2', 'default', 'development', '9535188683969', 'k1:83c8119e865a242584d8f46caf15fc3c58938ab3e8d96d3a2651b501df34740b', 'issueCard', 'keysecure', 'keysecure', '01a224c6-4467-72d9-abe8-744a85e1bfb7', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:23.169+00', 0, NULL, 201, '{"id":"card_01m8jcch37ebctqt3m9a2y3fxq","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692532","product":"prod_01m8jcce9ce5ms8tsp0860yq7q","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"virtual","network":"visa","last4":null,"expiry":null,"status":"pending","providerStatus":null,"balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:23.143Z","updatedAt":"2026-11-29T00:48:23.169Z","syncedAt":null,"operation":{"id":"op_01m8jcch37ebd9q2v0qdgkk9x2","outcome":"succeeded"}}', '2026-11-29 00:48:23.143+00', '2026-11-29 00:48:23.169+00', 1, NULL, NULL, 0),
	('01a224c6-4f9d-7689-9d03-4a527a2ef726', 'default', 'development', '21551959322536', 'k1:feaa31e8ecabcc208f94d68a21da0322cff8070facc76d524895b1cbca681e6c', 'createTransfer', 'keysecure', 'keysecure', '01a224c6-4f9d-7688-9bbb-e088afaa5ccd', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:26.047+00', 0, NULL, 201, '{"id":"trf_01m8jcckwxet49qez0h2qtmq6d","provider":"keysecure","account":"keysecure","providerRef":"T2026112928687692533","cardholder":"chd_01m8jccejye009r63bmfas1kf3","direction":"in","amount":{"amount":"100.00","currency":"TUSDT"},"status":"succeeded","providerStatus":null,"balanceBefore":{"amount":"0.00","currency":"TUSDT"},"balanceAfter":{"amount":"100.00","currency":"TUSDT"},"createdAt":"2026-11-29T00:48:26.013Z","updatedAt":"2026-11-29T00:48:26.047Z","syncedAt":"2026-11-29T00:48:26.043Z","operation":{"id":"op_01m8jcckwxet4st0taa9x2xxs6","outcome":"succeeded"}}', '2026-11-29 00:48:26.013+00', '2026-11-29 00:48:26.047+00', 1, NULL, NULL, 0),
	('01a224c6-5142-7617-8638-812925766470', 'default', 'development', '178981338128890', 'k1:c393a889abf59d536e131c3fa6bd7cfd96a49d7c6dd488942271fb7f29d6eb56', 'freezeCard', 'keysecure', 'keysecure', '01a224c6-4467-72d9-abe8-744a85e1bfb7', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:26.449+00', 0, NULL, 200, '{"id":"card_01m8jcch37ebctqt3m9a2y3fxq","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692532","product":"prod_01m8jcce9ce5ms8tsp0860yq7q","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"virtual","network":"visa","last4":"6693","expiry":null,"status":"frozen","providerStatus":"Frozen","balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:23.143Z","updatedAt":"2026-11-29T00:48:26.449Z","syncedAt":"2026-11-29T00:48:26.449Z","operation":{"id":"op_01m8jccma2erbrce4154jqcs3g","outcome":"succeeded"}}', '2026-11-29 00:48:26.433+00', '2026-11-29 00:48:26.449+00', 1, NULL, NULL, 0),
	('01a224c6-5401-71b4-9704-46f98792433f', 'default', 'development', '317641356621650', 'k1:83c8119e865a242584d8f46caf15fc3c58938ab3e8d96d3a2651b501df34740b', 'issueCard', 'keysecure', 'keysecure', '01a224c6-5401-71b3-a2a3-c986112d4f4f', 'refused', 'look-up', NULL, NULL, '{"code": "1022", "reason": "configuration", "message": "Merchant status abnormal"}', 'answer', '2026-11-29 00:48:27.145+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (configuration); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-53fa-764c-b7f0-cb2e4cf51945","outcome":"refused","provider":{"name":"keysecure","code":"1022","message":"Merchant status abnormal"},"operation":"op_01m8jccn01e6t9e126z63s4gsz"}', '2026-11-29 00:48:27.137+00', '2026-11-29 00:48:27.145+00', 1, NULL, NULL, 0),
	('01a224c6-552e-7405-a1e6-8af590f7c39c', 'default', 'development', '7554528472', 'k1:a7d49e3840b2cb23f80f8e062e703e03e27ad79564e6c2dba07c9df43108a2bb', 'issueCard', 'keysecure', 'keysecure', '01a224c6-552e-7404-b00c-35d89d1a49f2', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:27.447+00', 0, NULL, 201, '{"id":"card_01m8jccn9eeg2b031nv2ehmjfj","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692535","product":"prod_01m8jcce9ce5na58sccn22ext5","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"physical","network":"mastercard","last4":null,"expiry":null,"status":"pending","providerStatus":null,"balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:27.438Z","updatedAt":"2026-11-29T00:48:27.447Z","syncedAt":null,"operation":{"id":"op_01m8jccn9eeg2t3smayp8ffgww","outcome":"succeeded"}}', '2026-11-29 00:48:27.438+00', '2026-11-29 00:48:27.447+00', 1, NULL, NULL, 0),
	('01a224c6-5f79-721f-9da9-e60a92956d60', 'default', 'development', '305831636332197', 'k1:f7cc034d8db39ebdceb4a42895678f005845066805708d14e8c240b4b887fcd1', 'setCardPin', 'keysecure', 'keysecure', '01a224c6-552e-7404-b00c-35d89d1a49f2', 'unknown', 'person', 'no_answer', '2026-11-29 00:48:30.077+00', NULL, NULL, NULL, 0, NULL, NULL, NULL, '2026-11-29 00:48:30.073+00', '2026-11-29 00:48:30.077+00', 1, NULL, NULL, 0),
	('01a224c6-5366-72f6-9d59-221f75638230', 'default', 'development', '1558522812644', 'k1:83c8119e865a242584d8f46caf15fc3c58938ab3e8d96d3a2651b501df34740b', 'issueCard', 'keysecure', 'keysecure', '01a224c6-5366-72f5-b871-8b5fa0660c38', 'succeeded', 'look-up', 'no_answer', '2026-11-29 00:48:26.995+00', NULL, 'look-up', '2026-11-29 00:48:29.069+00', 0, NULL, 201, '{"id":"card_01m8jccmv6ebtvgwcbbyg6c31r","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692534","product":"prod_01m8jcce9ce5ms8tsp0860yq7q","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"virtual","network":"visa","last4":"3526","expiry":null,"status":"active","providerStatus":"Activated","balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:26.982Z","updatedAt":"2026-11-29T00:48:29.030Z","syncedAt":"2026-11-29T00:48:29.030Z","operation":{"id":"op_01m8jccmv6ebv9tp923xtp70hg","outcome":"succeeded"}}', '2026-11-29 00:48:26.982+00', '2026-11-29 00:48:29.069+00', 2, NULL, NULL, 0),
	('01a224c6-5fe0-7370-9693-920f80f7f4e0', 'default', 'development', '1724012047667', 'k1:a7d49e3840b2cb23f80f8e062e703e03e27ad79564e6c2dba07c9df43108a2bb', 'issueCard', 'keysecure', 'keysecure', '01a224c6-5fe0-736f-a8c4-2c2e186df263', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:30.181+00', 0, NULL, 201, '{"id":"card_01m8jccqz0edqthh1c5rc6vwk3","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692536","product":"prod_01m8jcce9ce5na58sccn22ext5","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"physical","network":"mastercard","last4":null,"expiry":null,"status":"pending","providerStatus":null,"balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:30.176Z","updatedAt":"2026-11-29T00:48:30.181Z","syncedAt":null,"operation":{"id":"op_01m8jccqz0edr9d4wj1y0ffx70","outcome":"succeeded"}}', '2026-11-29 00:48:30.176+00', '2026-11-29 00:48:30.181+00', 1, NULL, NULL, 0),
	('01a224c6-6965-75df-87ca-3b0cf7299296', 'default', 'development', '23850325581528', 'k1:35e918f2d68438568744280cc20fae716b09e44a8b4ea8d78beb9778ada5700d', 'setCardPin', 'keysecure', 'keysecure', '01a224c6-5fe0-736f-a8c4-2c2e186df263', 'succeeded', 'person', 'no_answer', '2026-11-29 00:48:32.628+00', NULL, 'person', '2026-11-29 00:48:32.716+00', 0, NULL, 200, '{"id":"card_01m8jccqz0edqthh1c5rc6vwk3","provider":"keysecure","account":"keysecure","providerRef":"C2026112928687692536","product":"prod_01m8jcce9ce5na58sccn22ext5","cardholder":"chd_01m8jccejye009r63bmfas1kf3","form":"physical","network":"mastercard","last4":"8450","expiry":null,"status":"active","providerStatus":"Activated","balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:30.176Z","updatedAt":"2026-11-29T00:48:32.613Z","syncedAt":"2026-11-29T00:48:32.577Z","operation":{"id":"op_01m8jcctb5eqfrfjhv1kvjk4mp","outcome":"succeeded"}}', '2026-11-29 00:48:32.613+00', '2026-11-29 00:48:32.716+00', 1, NULL, NULL, 0),
	('01a224c6-6a4f-73d8-8f51-1b5080c4553d', 'default', 'development', '290491663122855', 'k1:eee38c732a7b079128159a3aed745aaf945f32467d5fcc57ec991068a1836fcb', 'startBinding', 'yixin', 'yixin', '01a224c6-6a4f-73d7-abbb-04e19266d45e', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:32.881+00', 0, NULL, 201, '{"id":"bind_01m8jcctjfefbtqer4w696dn2y","provider":"yixin","account":"yixin","providerRef":null,"user":"user-1","kind":"bank_card","status":"awaiting_code","maskedNumber":"621700******0123","last4":"0123","network":null,"cardType":null,"bank":null,"expiry":null,"binCountry":null,"challenge":{"expiresAt":"2026-11-29T00:53:32.881Z","attemptsLeft":5,"resendAfter":"2026-11-29T00:49:32.850Z"},"createdAt":"2026-11-29T00:48:32.847Z","updatedAt":"2026-11-29T00:48:32.881Z","syncedAt":null,"operation":{"id":"op_01m8jcctjfefc8ym8va20c8n9x","outcome":"succeeded"}}', '2026-11-29 00:48:32.847+00', '2026-11-29 00:48:32.881+00', 1, NULL, NULL, 0),
	('01a224c6-6af1-732a-a06e-34c8e550bc8a', 'default', 'development', '53422426628606', 'k1:93c5ce8b733902ab65f8766acd2e7e3c4371f21ed5dac6dc637c0f0f682620a4', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6a4f-73d7-abbb-04e19266d45e', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:33.039+00', 0, NULL, 200, '{"id":"bind_01m8jcctjfefbtqer4w696dn2y","provider":"yixin","account":"yixin","providerRef":null,"user":"user-1","kind":"bank_card","status":"bound","maskedNumber":"621700******0123","last4":"0123","network":null,"cardType":null,"bank":null,"expiry":null,"binCountry":null,"challenge":null,"createdAt":"2026-11-29T00:48:32.847Z","updatedAt":"2026-11-29T00:48:33.039Z","syncedAt":null,"operation":{"id":"op_01m8jcctqhecna0vhms3jn1f4a","outcome":"succeeded"}}', '2026-11-29 00:48:33.009+00', '2026-11-29 00:48:33.039+00', 1, NULL, NULL, 0),
	('01a224c6-6b68-7228-b0eb-11495fd6e72c', 'default', 'development', '87272668027187', 'k1:494e85b32a786a0d6a565d9fc1f12a7db8abd951f251f9aa44972edba1eb1db8', 'startBinding', 'yixin', 'yixin', '01a224c6-6b68-7227-8b6b-2fd7436d3a5b', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:33.145+00', 0, NULL, 201, '{"id":"bind_01m8jcctv8e8krptsftx1ptejv","provider":"yixin","account":"yixin","providerRef":null,"user":"user-1","kind":"bank_card","status":"awaiting_code","maskedNumber":"621700******0131","last4":"0131","network":null,"cardType":null,"bank":null,"expiry":null,"binCountry":null,"challenge":{"expiresAt":"2026-11-29T00:53:33.145Z","attemptsLeft":5,"resendAfter":"2026-11-29T00:49:33.129Z"},"createdAt":"2026-11-29T00:48:33.128Z","updatedAt":"2026-11-29T00:48:33.145Z","syncedAt":null,"operation":{"id":"op_01m8jcctv8e8mb1trh95fxdssc","outcome":"succeeded"}}', '2026-11-29 00:48:33.128+00', '2026-11-29 00:48:33.145+00', 1, NULL, NULL, 0),
	('01a224c6-6c0d-736a-bb61-8426139a4b11', 'default', 'development', '260142602230607', 'k1:3815a27024fbec600bfb99cdab9f7455909da1ee20b9e8e2ed1698237fe24a9b', 'startBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:33.303+00', 0, NULL, 201, '{"id":"bind_01m8jccv0dedmvv76wbt0j7ek0","provider":"yixin","account":"yixin","providerRef":null,"user":"user-1","kind":"bank_card","status":"awaiting_code","maskedNumber":"621700******0149","last4":"0149","network":null,"cardType":null,"bank":null,"expiry":null,"binCountry":null,"challenge":{"expiresAt":"2026-11-29T00:53:33.303Z","attemptsLeft":5,"resendAfter":"2026-11-29T00:49:33.295Z"},"createdAt":"2026-11-29T00:48:33.293Z","updatedAt":"2026-11-29T00:48:33.303Z","syncedAt":null,"operation":{"id":"op_01m8jccv0dednbprc44r9smjrh","outcome":"succeeded"}}', '2026-11-29 00:48:33.293+00', '2026-11-29 00:48:33.303+00', 1, NULL, NULL, 0),
	('01a224c6-6c80-7563-bc57-9b9e8d0429f9', 'default', 'development', '138543135623555', 'k1:723e557dfaf76a4f5940dfe9aafb6b18170a6892969a7c77445dfeade75b0ace', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'refused', 'look-up', NULL, NULL, '{"code": "-2", "reason": "wrong_code", "message": "验证码错误"}', 'answer', '2026-11-29 00:48:33.428+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (wrong code); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-6c7a-77ae-ab92-4c32629a50a2","outcome":"refused","provider":{"name":"yixin","code":"-2","message":"验证码错误"},"operation":"op_01m8jccv40enhvrnwvkt6g8afs"}', '2026-11-29 00:48:33.408+00', '2026-11-29 00:48:33.428+00', 1, NULL, NULL, 0),
	('01a224c6-6cc4-7772-8a7d-99b6119b80d2', 'default', 'development', '13121281823364', 'k1:723e557dfaf76a4f5940dfe9aafb6b18170a6892969a7c77445dfeade75b0ace', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'refused', 'look-up', NULL, NULL, '{"code": "-2", "reason": "wrong_code", "message": "验证码错误"}', 'answer', '2026-11-29 00:48:33.492+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (wrong code); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-6cb1-771c-9d02-1e7afc36a458","outcome":"refused","provider":{"name":"yixin","code":"-2","message":"验证码错误"},"operation":"op_01m8jccv64exs8mzcspr8sq06j"}', '2026-11-29 00:48:33.476+00', '2026-11-29 00:48:33.492+00', 1, NULL, NULL, 0),
	('01a224c6-6d29-7187-8d15-3ba30ab41c85', 'default', 'development', '287831418823', 'k1:723e557dfaf76a4f5940dfe9aafb6b18170a6892969a7c77445dfeade75b0ace', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'refused', 'look-up', NULL, NULL, '{"code": "-2", "reason": "wrong_code", "message": "验证码错误"}', 'answer', '2026-11-29 00:48:33.591+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (wrong code); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-6d11-77f3-87c1-f422bd7f8056","outcome":"refused","provider":{"name":"yixin","code":"-2","message":"验证码错误"},"operation":"op_01m8jccv99e63rt59vmc5b8745"}', '2026-11-29 00:48:33.577+00', '2026-11-29 00:48:33.591+00', 1, NULL, NULL, 0),
	('01a224c6-6d6a-73d6-8989-46b4da8e1cde', 'default', 'development', '284482584911065', 'k1:723e557dfaf76a4f5940dfe9aafb6b18170a6892969a7c77445dfeade75b0ace', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'refused', 'look-up', NULL, NULL, '{"code": "-2", "reason": "wrong_code", "message": "验证码错误"}', 'answer', '2026-11-29 00:48:33.656+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (wrong code); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-6d62-75fe-8f0d-0dfbeb680e04","outcome":"refused","provider":{"name":"yixin","code":"-2","message":"验证码错误"},"operation":"op_01m8jccvbaefb8k2a6pkd8w76y"}', '2026-11-29 00:48:33.642+00', '2026-11-29 00:48:33.656+00', 1, NULL, NULL, 0),
	('01a224c6-6dbf-7568-b215-2dc4ce1e6ee8', 'default', 'development', '284341452031626', 'k1:723e557dfaf76a4f5940dfe9aafb6b18170a6892969a7c77445dfeade75b0ace', 'verifyBinding', 'yixin', 'yixin', '01a224c6-6c0d-7369-bd9c-dc5e8123ba60', 'refused', 'look-up', NULL, NULL, '{"code": "-2", "reason": "wrong_code", "message": "验证码错误"}', 'answer', '2026-11-29 00:48:33.737+00', 0, NULL, 422, '{"type":"urn:card-gateway:problem:refused-by-provider","title":"The provider refused; nothing happened","status":422,"detail":"The provider refused (wrong code); nothing happened.","code":"refused-by-provider","requestId":"01a224c6-6db9-75cc-8813-10f30ee33e39","outcome":"refused","provider":{"name":"yixin","code":"-2","message":"验证码错误"},"operation":"op_01m8jccvdzenmb459drk71wvq8"}', '2026-11-29 00:48:33.727+00', '2026-11-29 00:48:33.737+00', 1, NULL, NULL, 0),
	('01a224c6-6f30-7554-9383-2966b72baae1', 'default', 'development', '246673027128023', 'k1:fe337003be3a6f7a0c82fc0f69fdc72218c9ed826234874d9479e825c9a46bf9', 'removeBinding', 'onerway', 'onerway', '01a224c6-6e73-70f8-84ad-f73e26308ea1', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:34.104+00', 0, NULL, 200, '{"id":"bind_01m8jccvkke3w89bfq7rk313n1","provider":"onerway","account":"onerway","providerRef":"1833825833776384063","user":"user-1","kind":"token","status":"removed","maskedNumber":"411742******7536","last4":"7536","network":"visa","cardType":null,"bank":null,"expiry":"2031-08","binCountry":"US","challenge":null,"createdAt":"2026-11-29T00:48:33.907Z","updatedAt":"2026-11-29T00:48:34.104Z","syncedAt":"2026-11-29T00:48:34.104Z","operation":{"id":"op_01m8jccvsgena970s9ctvjqaq1","outcome":"succeeded"}}', '2026-11-29 00:48:34.096+00', '2026-11-29 00:48:34.104+00', 1, NULL, NULL, 0),
	('01a224c6-6fab-7670-b35b-71dc0b1a188d', 'default', 'development', '55241025815771', 'k1:32a36abf0d4cd0d7a1921b0dbef08399a7d39584e73918ba0593939d323756e9', 'createCardholder', 'keysecure', 'keysecure-authorization', '01a224c6-6fab-766f-a6b7-4e9665c8b318', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:34.234+00', 0, NULL, 201, '{"id":"chd_01m8jccvxbesqtddtejsjwhcrr","provider":"keysecure","account":"keysecure-authorization","providerRef":"U2026112928687692537","reference":"user-2","status":"pending","providerStatus":null,"failReason":null,"createdAt":"2026-11-29T00:48:34.219Z","updatedAt":"2026-11-29T00:48:34.234Z","syncedAt":null,"operation":{"id":"op_01m8jccvxbesrb6pvhvg5hm64d","outcome":"succeeded"}}', '2026-11-29 00:48:34.219+00', '2026-11-29 00:48:34.234+00', 1, NULL, NULL, 0),
	('01a224c6-7969-7597-a79e-fb29431e218d', 'default', 'development', '16421257648452', 'k1:2d081393a7836aa4de30011603d18794c564aa1f24a7b04566018073773e2f55', 'issueCard', 'keysecure', 'keysecure-authorization', '01a224c6-7969-7596-af59-1febfc5c0613', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:36.733+00', 0, NULL, 201, '{"id":"card_01m8jccyb9epbayp8zxfy5r1gk","provider":"keysecure","account":"keysecure-authorization","providerRef":"C2026112928687692538","product":"prod_01m8jccy9pedg9gndjann00kjd","cardholder":"chd_01m8jccvxbesqtddtejsjwhcrr","form":"virtual","network":"visa","last4":null,"expiry":null,"status":"pending","providerStatus":null,"balance":null,"totalLoaded":null,"activatedAt":null,"cancelRequestedAt":null,"cancelledAt":null,"createdAt":"2026-11-29T00:48:36.713Z","updatedAt":"2026-11-29T00:48:36.733Z","syncedAt":null,"operation":{"id":"op_01m8jccyb9epbtf7qv551hw8cd","outcome":"succeeded"}}', '2026-11-29 00:48:36.713+00', '2026-11-29 00:48:36.733+00', 1, NULL, NULL, 0),
	('01a224c6-844a-76d5-94d4-78abf6236926', 'default', 'development', '122891635416143', 'k1:cd01fbbd0aaf8962829726502b4b4aa788f433460fabda89e84e5294c6cefb7f', 'startSync', 'open-api', 'open-api', '01a224c6-844a-76d4-aec1-725a8251a499', 'succeeded', 'look-up', NULL, NULL, NULL, 'answer', '2026-11-29 00:48:39.51+00', 0, NULL, 202, '{"id":"sync_01m8jcd12aevaaxgbjba15394s","provider":"open-api","account":"open-api","kind":"cards","user":null,"status":"queued","pages":0,"seen":0,"total":null,"failure":null,"createdAt":"2026-11-29T00:48:39.498Z","startedAt":null,"finishedAt":null,"operation":{"id":"op_01m8jcd12aevas9n3rnfv26t96","outcome":"succeeded"}}', '2026-11-29 00:48:39.498+00', '2026-11-29 00:48:39.51+00', 1, NULL, NULL, 0),
	('01a224c6-866e-7132-aa4f-426fe54ee0fc', 'default', 'development', '286652979713675', 'k1:83c8119e865a242584d8f46caf15fc3c58938ab3e8d96d3a2651b501df34740b', 'issueCard', 'keysecure', 'keysecure', '01a224c6-866e-7131-863c-74338051c254', 'unknown', 'look-up', 'no_answer', '2026-11-29 00:48:40.115+00', NULL, NULL, NULL, 0, '2026-11-29 00:48:42.115+00', NULL, NULL, '2026-11-29 00:48:40.046+00', '2026-11-29 00:48:40.115+00', 1, NULL, NULL, 0);


--
-- Data for Name: retired_sealing_keys; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.retired_sealing_keys VALUES
	('k1', '2026-11-29 00:48:46.542+00');


--
-- Data for Name: syncs; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.syncs VALUES
	('01a224c6-844a-76d4-aec1-725a8251a499', 'default', 'open-api', 'open-api', 'cards', NULL, NULL, 'succeeded', NULL, 1, 25, 25, NULL, '01a224c6-844a-76d5-94d4-78abf6236926', '2026-11-29 00:48:39.498+00', '2026-11-29 00:48:39.54+00', '2026-11-29 00:48:39.581+00');


--
-- Data for Name: transfers; Type: TABLE DATA; Schema: public; Owner: card_gateway
--

INSERT INTO public.transfers VALUES
	('01a224c6-4f9d-7688-9bbb-e088afaa5ccd', 'default', 'keysecure', 'keysecure', 'T2026112928687692533', '01a224c6-3a5e-7000-9c18-6ba3d590cde3', 'in', 100.00, 'TUSDT', 'succeeded', NULL, 0.00, 100.00, '01a224c6-4f9d-7689-9d03-4a527a2ef726', '2026-11-29 00:48:26.013+00', '2026-11-29 00:48:26.047+00', '2026-11-29 00:48:26.043+00');


--
-- Name: job_queues_id_seq; Type: SEQUENCE SET; Schema: graphile_worker; Owner: card_gateway
--

SELECT pg_catalog.setval('graphile_worker.job_queues_id_seq', 3, true);


--
-- Name: jobs_id_seq1; Type: SEQUENCE SET; Schema: graphile_worker; Owner: card_gateway
--

SELECT pg_catalog.setval('graphile_worker.jobs_id_seq1', 19, true);


--
-- Name: tasks_id_seq; Type: SEQUENCE SET; Schema: graphile_worker; Owner: card_gateway
--

SELECT pg_catalog.setval('graphile_worker.tasks_id_seq', 7, true);


--
-- Name: _private_job_queues job_queues_pkey1; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_job_queues
    ADD CONSTRAINT job_queues_pkey1 PRIMARY KEY (id);


--
-- Name: _private_job_queues job_queues_queue_name_key; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_job_queues
    ADD CONSTRAINT job_queues_queue_name_key UNIQUE (queue_name);


--
-- Name: _private_jobs jobs_key_key1; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_jobs
    ADD CONSTRAINT jobs_key_key1 UNIQUE (key);


--
-- Name: _private_jobs jobs_pkey1; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_jobs
    ADD CONSTRAINT jobs_pkey1 PRIMARY KEY (id);


--
-- Name: _private_known_crontabs known_crontabs_pkey; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_known_crontabs
    ADD CONSTRAINT known_crontabs_pkey PRIMARY KEY (identifier);


--
-- Name: migrations migrations_pkey; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (id);


--
-- Name: _private_tasks tasks_identifier_key; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_tasks
    ADD CONSTRAINT tasks_identifier_key UNIQUE (identifier);


--
-- Name: _private_tasks tasks_pkey; Type: CONSTRAINT; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE ONLY graphile_worker._private_tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);


--
-- Name: _prisma_migrations _prisma_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public._prisma_migrations
    ADD CONSTRAINT _prisma_migrations_pkey PRIMARY KEY (id);


--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (seq);


--
-- Name: authorization_decisions authorization_decisions_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.authorization_decisions
    ADD CONSTRAINT authorization_decisions_pkey PRIMARY KEY (account, transaction_ref);


--
-- Name: bindings bindings_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_pkey PRIMARY KEY (id);


--
-- Name: callbacks callbacks_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.callbacks
    ADD CONSTRAINT callbacks_pkey PRIMARY KEY (id);


--
-- Name: card_products card_products_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.card_products
    ADD CONSTRAINT card_products_pkey PRIMARY KEY (id);


--
-- Name: card_transactions card_transactions_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.card_transactions
    ADD CONSTRAINT card_transactions_pkey PRIMARY KEY (id);


--
-- Name: cardholders cardholders_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.cardholders
    ADD CONSTRAINT cardholders_pkey PRIMARY KEY (id);


--
-- Name: cards cards_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_pkey PRIMARY KEY (id);


--
-- Name: operation_attempts operation_attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.operation_attempts
    ADD CONSTRAINT operation_attempts_pkey PRIMARY KEY (operation_id, number);


--
-- Name: operation_resolutions operation_resolutions_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.operation_resolutions
    ADD CONSTRAINT operation_resolutions_pkey PRIMARY KEY (operation_id);


--
-- Name: operations operations_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);


--
-- Name: retired_sealing_keys retired_sealing_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.retired_sealing_keys
    ADD CONSTRAINT retired_sealing_keys_pkey PRIMARY KEY (id);


--
-- Name: syncs syncs_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_pkey PRIMARY KEY (id);


--
-- Name: transfers transfers_pkey; Type: CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);


--
-- Name: jobs_main_index; Type: INDEX; Schema: graphile_worker; Owner: card_gateway
--

CREATE INDEX jobs_main_index ON graphile_worker._private_jobs USING btree (priority, run_at) INCLUDE (id, task_id, job_queue_id) WHERE (is_available = true);


--
-- Name: jobs_no_queue_index; Type: INDEX; Schema: graphile_worker; Owner: card_gateway
--

CREATE INDEX jobs_no_queue_index ON graphile_worker._private_jobs USING btree (priority, run_at) INCLUDE (id, task_id) WHERE ((is_available = true) AND (job_queue_id IS NULL));


--
-- Name: api_keys_hash_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX api_keys_hash_key ON public.api_keys USING btree (hash);


--
-- Name: audit_log_resource_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX audit_log_resource_idx ON public.audit_log USING btree (resource, seq DESC);


--
-- Name: audit_log_reveals_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX audit_log_reveals_idx ON public.audit_log USING btree (key_id, at DESC) WHERE (action = ANY (ARRAY['card.reveal'::text, 'card.frame_token'::text, 'binding.reveal'::text]));


--
-- Name: audit_log_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX audit_log_tenant_idx ON public.audit_log USING btree (tenant, seq DESC);


--
-- Name: authorization_decisions_decided_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX authorization_decisions_decided_idx ON public.authorization_decisions USING btree (decided_at);


--
-- Name: bindings_bound_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX bindings_bound_key ON public.bindings USING btree (account, user_ref, pan_fingerprint) WHERE ((status = 'bound'::text) AND (kind = 'bank_card'::text));


--
-- Name: bindings_open_challenge_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX bindings_open_challenge_key ON public.bindings USING btree (account, user_ref, pan_fingerprint) WHERE (status = ANY (ARRAY['starting'::text, 'awaiting_code'::text, 'verifying'::text]));


--
-- Name: bindings_phone_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_phone_idx ON public.bindings USING btree (phone_fingerprint, sms_at DESC) WHERE (sms_at IS NOT NULL);


--
-- Name: bindings_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX bindings_provider_ref_key ON public.bindings USING btree (account, user_ref, kind, provider_ref);


--
-- Name: bindings_status_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_status_idx ON public.bindings USING btree (tenant, status, id DESC);


--
-- Name: bindings_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_tenant_idx ON public.bindings USING btree (tenant, id DESC);


--
-- Name: bindings_token_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_token_idx ON public.bindings USING btree (account, token_fingerprint) WHERE (token_fingerprint IS NOT NULL);


--
-- Name: bindings_token_key_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_token_key_idx ON public.bindings USING btree (token_key) WHERE (token_key IS NOT NULL);


--
-- Name: bindings_user_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX bindings_user_idx ON public.bindings USING btree (account, user_ref, id DESC);


--
-- Name: callbacks_account_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX callbacks_account_idx ON public.callbacks USING btree (tenant, account, id DESC);


--
-- Name: callbacks_deduplication_key_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX callbacks_deduplication_key_key ON public.callbacks USING btree (account, deduplication_key);


--
-- Name: callbacks_record_key_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX callbacks_record_key_idx ON public.callbacks USING btree (record_key) WHERE (record_key IS NOT NULL);


--
-- Name: callbacks_state_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX callbacks_state_idx ON public.callbacks USING btree (tenant, state, id DESC);


--
-- Name: callbacks_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX callbacks_tenant_idx ON public.callbacks USING btree (tenant, id DESC);


--
-- Name: callbacks_worked_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX callbacks_worked_idx ON public.callbacks USING btree (worked_at) WHERE (state = 'worked'::text);


--
-- Name: card_products_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX card_products_provider_ref_key ON public.card_products USING btree (account, provider_ref);


--
-- Name: card_products_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX card_products_tenant_idx ON public.card_products USING btree (tenant, id DESC);


--
-- Name: card_transactions_card_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX card_transactions_card_idx ON public.card_transactions USING btree (account, card_ref, first_at DESC, id DESC);


--
-- Name: card_transactions_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX card_transactions_provider_ref_key ON public.card_transactions USING btree (account, provider_ref);


--
-- Name: cardholders_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX cardholders_provider_ref_key ON public.cardholders USING btree (account, provider_ref);


--
-- Name: cardholders_reference_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX cardholders_reference_key ON public.cardholders USING btree (account, reference) WHERE (status <> 'failed'::text);


--
-- Name: cardholders_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cardholders_tenant_idx ON public.cardholders USING btree (tenant, id DESC);


--
-- Name: cardholders_tenant_reference_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cardholders_tenant_reference_idx ON public.cardholders USING btree (tenant, reference, id DESC);


--
-- Name: cardholders_tenant_status_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cardholders_tenant_status_idx ON public.cardholders USING btree (tenant, status, id DESC);


--
-- Name: cards_account_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_account_idx ON public.cards USING btree (tenant, account, id DESC);


--
-- Name: cards_cardholder_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_cardholder_idx ON public.cards USING btree (account, cardholder_ref, id DESC);


--
-- Name: cards_last4_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_last4_idx ON public.cards USING btree (tenant, last4, id DESC);


--
-- Name: cards_pan_key_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_pan_key_idx ON public.cards USING btree (pan_key) WHERE (pan_key IS NOT NULL);


--
-- Name: cards_product_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_product_idx ON public.cards USING btree (account, product_ref, id DESC);


--
-- Name: cards_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX cards_provider_ref_key ON public.cards USING btree (account, provider_ref);


--
-- Name: cards_status_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_status_idx ON public.cards USING btree (tenant, status, id DESC);


--
-- Name: cards_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX cards_tenant_idx ON public.cards USING btree (tenant, id DESC);


--
-- Name: operation_resolutions_at_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operation_resolutions_at_idx ON public.operation_resolutions USING btree (resolved_at) WHERE (idempotency_key IS NOT NULL);


--
-- Name: operation_resolutions_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX operation_resolutions_key ON public.operation_resolutions USING btree (tenant, resolved_by, idempotency_key);


--
-- Name: operations_idempotency_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX operations_idempotency_key ON public.operations USING btree (tenant, caller, idempotency_key);


--
-- Name: operations_kept_keys_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_kept_keys_idx ON public.operations USING btree (settled_at) WHERE ((idempotency_key IS NOT NULL) AND (settled_at IS NOT NULL));


--
-- Name: operations_open_resource_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_open_resource_idx ON public.operations USING btree (resource_id) WHERE (state = ANY (ARRAY['submitting'::text, 'unknown'::text]));


--
-- Name: operations_tenant_account_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_tenant_account_idx ON public.operations USING btree (tenant, account, id DESC);


--
-- Name: operations_tenant_id_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_tenant_id_idx ON public.operations USING btree (tenant, id DESC);


--
-- Name: operations_tenant_state_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_tenant_state_idx ON public.operations USING btree (tenant, state, id DESC);


--
-- Name: operations_tenant_type_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_tenant_type_idx ON public.operations USING btree (tenant, type, id DESC);


--
-- Name: operations_unsettled_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX operations_unsettled_idx ON public.operations USING btree (state, created_at) WHERE (state = ANY (ARRAY['submitting'::text, 'unknown'::text]));


--
-- Name: syncs_account_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX syncs_account_idx ON public.syncs USING btree (account, created_at DESC);


--
-- Name: syncs_open_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX syncs_open_idx ON public.syncs USING btree (created_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));


--
-- Name: transfers_account_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX transfers_account_idx ON public.transfers USING btree (tenant, account, id DESC);


--
-- Name: transfers_cardholder_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX transfers_cardholder_idx ON public.transfers USING btree (cardholder_id, id DESC);


--
-- Name: transfers_operation_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX transfers_operation_key ON public.transfers USING btree (operation_id);


--
-- Name: transfers_provider_ref_key; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE UNIQUE INDEX transfers_provider_ref_key ON public.transfers USING btree (account, provider_ref);


--
-- Name: transfers_status_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX transfers_status_idx ON public.transfers USING btree (tenant, status, id DESC);


--
-- Name: transfers_tenant_idx; Type: INDEX; Schema: public; Owner: card_gateway
--

CREATE INDEX transfers_tenant_idx ON public.transfers USING btree (tenant, id DESC);


--
-- Name: audit_log audit_log_append_only; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change();


--
-- Name: audit_log audit_log_chain; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER audit_log_chain BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.audit_chain();


--
-- Name: bindings bindings_token_key_changed; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER bindings_token_key_changed AFTER UPDATE OF token_sealed ON public.bindings FOR EACH ROW WHEN (((new.token_key IS DISTINCT FROM old.token_key) AND public.sealing_key_is_retired(new.token_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('token_key');


--
-- Name: bindings bindings_token_key_new; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER bindings_token_key_new AFTER INSERT ON public.bindings FOR EACH ROW WHEN (((new.token_key IS NOT NULL) AND public.sealing_key_is_retired(new.token_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('token_key');


--
-- Name: callbacks callbacks_record_key_changed; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER callbacks_record_key_changed AFTER UPDATE OF record_sealed ON public.callbacks FOR EACH ROW WHEN (((new.record_key IS DISTINCT FROM old.record_key) AND public.sealing_key_is_retired(new.record_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('record_key');


--
-- Name: callbacks callbacks_record_key_new; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER callbacks_record_key_new AFTER INSERT ON public.callbacks FOR EACH ROW WHEN (((new.record_key IS NOT NULL) AND public.sealing_key_is_retired(new.record_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('record_key');


--
-- Name: cards cards_pan_key_changed; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER cards_pan_key_changed AFTER UPDATE OF pan_sealed ON public.cards FOR EACH ROW WHEN (((new.pan_key IS DISTINCT FROM old.pan_key) AND public.sealing_key_is_retired(new.pan_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('pan_key');


--
-- Name: cards cards_pan_key_new; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER cards_pan_key_new AFTER INSERT ON public.cards FOR EACH ROW WHEN (((new.pan_key IS NOT NULL) AND public.sealing_key_is_retired(new.pan_key))) EXECUTE FUNCTION public.refuse_retired_sealing_key('pan_key');


--
-- Name: operations operations_evidence; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE CONSTRAINT TRIGGER operations_evidence AFTER INSERT OR UPDATE OF state, settled_by ON public.operations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.state = ANY (ARRAY['succeeded'::text, 'refused'::text]))) EXECUTE FUNCTION public.operations_require_evidence();


--
-- Name: operations operations_forward; Type: TRIGGER; Schema: public; Owner: card_gateway
--

CREATE TRIGGER operations_forward BEFORE UPDATE OF state, settled_by, settled_at ON public.operations FOR EACH ROW WHEN ((((old.state = ANY (ARRAY['succeeded'::text, 'refused'::text])) AND (((old.state IS DISTINCT FROM new.state) OR (old.settled_by IS DISTINCT FROM new.settled_by)) OR (old.settled_at IS DISTINCT FROM new.settled_at))) OR ((old.state = 'unknown'::text) AND (new.state = 'submitting'::text)))) EXECUTE FUNCTION public.operations_refuse_change();


--
-- Name: bindings bindings_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT bindings_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id);


--
-- Name: cardholders cardholders_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.cardholders
    ADD CONSTRAINT cardholders_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id);


--
-- Name: cards cards_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.cards
    ADD CONSTRAINT cards_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id);


--
-- Name: operation_attempts operation_attempts_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.operation_attempts
    ADD CONSTRAINT operation_attempts_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;


--
-- Name: operation_resolutions operation_resolutions_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.operation_resolutions
    ADD CONSTRAINT operation_resolutions_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;


--
-- Name: syncs syncs_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id);


--
-- Name: transfers transfers_cardholder_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_cardholder_id_fkey FOREIGN KEY (cardholder_id) REFERENCES public.cardholders(id);


--
-- Name: transfers transfers_operation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: card_gateway
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES public.operations(id);


--
-- Name: _private_job_queues; Type: ROW SECURITY; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_job_queues ENABLE ROW LEVEL SECURITY;

--
-- Name: _private_jobs; Type: ROW SECURITY; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_jobs ENABLE ROW LEVEL SECURITY;

--
-- Name: _private_known_crontabs; Type: ROW SECURITY; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_known_crontabs ENABLE ROW LEVEL SECURITY;

--
-- Name: _private_tasks; Type: ROW SECURITY; Schema: graphile_worker; Owner: card_gateway
--

ALTER TABLE graphile_worker._private_tasks ENABLE ROW LEVEL SECURITY;

--
-- PostgreSQL database dump complete
--


