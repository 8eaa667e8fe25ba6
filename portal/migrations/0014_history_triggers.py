from django.db import migrations

# One generic trigger writes what became of a row, for a statement at a time: an import of a hundred thousand rows
# writes its lines in one statement too. Who acts stands in portal.actor (access.log.act_as, portal.history.middleware).
#
# Arguments: company, person: expressions over r, the row. owner: the table of the page the row stands on, "" for
# its own; owner_row: that row. noisy: columns that tell nothing. values: "values" to keep those of added rows.
# Secrets are left out by their names, also those of columns that come later.
FORWARD = r"""
create function portal_history() returns trigger language plpgsql as $$
declare
    line text := format($q$
        insert into portal_change (at, "table", "row", part, kind, company_id, person_id, actor_kind, actor_id,
            actor_name, what)
        select clock_timestamp(), %L, %s, %L, %L, %s, %s, a ->> 'kind', (a ->> 'id')::bigint,
            coalesce(a ->> 'name', ''),
        $q$,
        coalesce(nullif(tg_argv[2], ''), tg_table_name), coalesce(nullif(tg_argv[3], ''), 'r.id'),
        case when tg_argv[2] = '' then '' else tg_table_name end,
        case tg_op when 'INSERT' then '+' when 'UPDATE' then '~' else '-' end,
        coalesce(nullif(tg_argv[0], ''), 'null'), coalesce(nullif(tg_argv[1], ''), 'null'));
    hidden text[] := array['id', 'file'] || string_to_array(tg_argv[4], ',');
    secret text := '(password|secret|token|hash$|(^|_)key$)';
begin
    if current_setting('portal.history', true) = 'off' then
        return null;
    end if;
    if tg_op = 'INSERT' and tg_argv[5] <> 'values' then
        execute line || ' ''{}'' from after_it r, access_actor() a';
    elsif tg_op = 'UPDATE' then
        execute line || $q$ d.what
            from before_it o join after_it r on r.id = o.id and r is distinct from o, access_actor() a,
            lateral (select to_jsonb(o) as o, to_jsonb(r) as v offset 0) j,
            lateral (
                select jsonb_object_agg(c.key, jsonb_build_array(j.o -> c.key, c.value)) as what
                from (select e.key, e.value from jsonb_each(j.v) e where j.o -> e.key <> e.value offset 0) c
                where c.key <> all ($1) and c.key !~ $2
            ) d
            where d.what is not null
        $q$ using hidden, secret;
    else
        execute line || format($q$ d.what
            from %I r, access_actor() a,
            lateral (
                select jsonb_object_agg(e.key, %s) as what from jsonb_each(to_jsonb(r)) e
                where e.value not in ('null', '""', 'false') and e.key <> all ($1) and e.key !~ $2
            ) d
            where d.what is not null
        $q$, case tg_op when 'INSERT' then 'after_it' else 'before_it' end,
            case tg_op when 'INSERT' then 'jsonb_build_array(null, e.value)'
                else 'jsonb_build_array(e.value, null)' end)
            using hidden, secret;
    end if;
    return null;
end $$;

-- A table gets its three triggers: select portal_watch('shop_article', company => …, person => …, owner => …).
create function portal_watch(watched regclass, company text default '', person text default '', owner text default '',
    owner_row text default '', noisy text default '', vals text default '', events text default 'insert,update,delete')
returns void language plpgsql as $$
declare
    args text := format('%L, %L, %L, %L, %L, %L', company, person, owner, owner_row, noisy, vals);
begin
    if 'insert' = any (string_to_array(events, ',')) then
        execute format('create trigger history_added after insert on %s referencing new table as after_it
            for each statement execute function portal_history(%s)', watched, args);
    end if;
    execute format('create trigger history_changed after update on %s referencing old table as before_it
        new table as after_it for each statement execute function portal_history(%s)', watched, args);
    execute format('create trigger history_removed after delete on %s referencing old table as before_it
        for each statement execute function portal_history(%s)', watched, args);
end $$;

-- With a person go the lines about them, and their name beside what they did.
create function portal_history_forgets() returns trigger language plpgsql as $$
begin
    delete from portal_change where person_id in (select id from gone);
    update portal_change set actor_name = '' where actor_id in (select id from gone);
    return null;
end $$;
create trigger history_then_forgets after delete on accounts_user
    referencing old table as gone for each statement execute function portal_history_forgets();
"""

TABLES = """
select portal_watch('accounts_company', company => 'r.id');
select portal_watch('accounts_user', person => 'r.id',
    noisy => 'last_login,resets,date_joined,username');
select portal_watch('accounts_user_groups', person => '{user}', owner => 'accounts_user',
    owner_row => 'r.user_id', noisy => 'user_id', vals => 'values');
select portal_watch('accounts_user_user_permissions', person => '{user}', owner => 'accounts_user',
    owner_row => 'r.user_id', noisy => 'user_id', vals => 'values');
select portal_watch('accounts_namechange', company => '{company}', person => 'r.asked_by_id');
select portal_watch('accounts_deletionrequest', person => '{user}', noisy => 'report');
select portal_watch('access_membership', company => '{company}', person => '{user}',
    noisy => 'version,reminded_for,expired_for');
select portal_watch('access_membershipright', person => '{user}', owner => 'access_membership',
    company => '(select m.company_id from access_membership m where m.id = r.content_object_id)',
    owner_row => 'r.content_object_id', noisy => 'content_object_id,user_id', vals => 'values');
select portal_watch('access_accessrequest',
    company => '(select m.company_id from access_membership m where m.id = r.membership_id)',
    person => '(select m.user_id from access_membership m where m.id = r.membership_id)');
select portal_watch('access_takeover', company => '{company}');
select portal_watch('contracts_terms');
select portal_watch('contracts_subprocessor');
select portal_watch('contracts_subprocessorchange');
select portal_watch('contracts_objection', company => '{company}', person => '{user}');
select portal_watch('contracts_document', company => '{company}');
select portal_watch('contracts_product');
select portal_watch('contracts_licence', company => '{company}');
select portal_watch('contracts_maintenance',
    company => '(select l.company_id from contracts_licence l where l.id = r.licence_id)');
select portal_watch('downloads_release', noisy => 'announced_at,recall_told_at');
select portal_watch('downloads_release_pilots', owner => 'downloads_release', owner_row => 'r.release_id',
    company => '{company}', noisy => 'release_id', vals => 'values');
select portal_watch('downloads_releasefile');
select portal_watch('shop_category');
select portal_watch('shop_article', noisy => 'words,normal');
select portal_watch('shop_article_fits', owner => 'shop_article', owner_row => 'r.article_id',
    noisy => 'article_id', vals => 'values');
select portal_watch('shop_article_requires', owner => 'shop_article', owner_row => 'r.from_article_id',
    noisy => 'from_article_id', vals => 'values');
select portal_watch('shop_article_excludes', owner => 'shop_article', owner_row => 'r.from_article_id',
    noisy => 'from_article_id', vals => 'values');
select portal_watch('shop_price', company => '{company}');
select portal_watch('shop_trainingdate');
select portal_watch('shop_synonym');
select portal_watch('shop_vatcheck', company => '{company}');
select portal_watch('orders_order', company => '{company}', noisy => 'reminded_at');
select portal_watch('orders_orderline', owner => 'orders_order', owner_row => 'r.order_id',
    noisy => 'order_id', events => 'update,delete');
select portal_watch('orders_grant');
select portal_watch('orders_erptoken', noisy => 'last_used_at');
select portal_watch('orders_webhook', noisy => 'last_at,last_answer,last_ok');
select portal_watch('support_feature');
select portal_watch('support_contact');
select portal_watch('support_enquiry', company => '{company}', person => '{user}');
select portal_watch('auth_group');
select portal_watch('auth_group_permissions', owner => 'auth_group', owner_row => 'r.group_id',
    noisy => 'group_id', vals => 'values');
select portal_watch('allauth_idp_oidc_client');
""".replace("{company}", "r.company_id").replace("{user}", "r.user_id")
BACKWARD = """
do $$
declare t record;
begin
    for t in select tgname, tgrelid::regclass as watched from pg_trigger
        where tgname in ('history_added', 'history_changed', 'history_removed', 'history_then_forgets')
    loop
        execute format('drop trigger %I on %s', t.tgname, t.watched);
    end loop;
end $$;
drop function portal_history_forgets();
drop function portal_watch(regclass, text, text, text, text, text, text, text);
drop function portal_history();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0013_history"),
        ("access", "0010_log_of_companies"),
        ("accounts", "0012_log_of_companies"),
        ("contracts", "0003_recall_retention_subprocessors"),
        ("downloads", "0008_upload_sha256"),
        ("shop", "0011_rents_run_for_periods"),
        ("orders", "0010_sums_that_count"),
        ("support", "0002_addresses_in_one_form"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD), migrations.RunSQL(TABLES, "select 1")]
