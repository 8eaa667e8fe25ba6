-- The rows of the measured sets, after the import of the customers. :names are sizes (portal/bench/filling.py).
-- Everything is made of counting numbers, so that two sets of one size are alike.

-- name: products
insert into contracts_product (number, name, tagline, is_active)
select 'B' || 100 + i, 'Modul ' || i, 'Zusatzmodul ' || i, true from generate_series(1, :products) i;
create temp table bench_product as
    select row_number() over (order by number)::int as k, id from contracts_product where number like 'B1%';
insert into downloads_release (product_id, version, released_on, notes, is_security, withdrawn_reason, announced_at,
    published_at)
select p.id, (20 + n) || '.' || p.k, date '2021-01-01' + 200 * n + p.k, 'Verbesserungen im Mahnwesen.', n % 4 = 3, '',
    now(), now()
from bench_product p, generate_series(0, 7) n;
insert into downloads_releasefile (id, release_id, title, platform, file, file_name, size, sha256)
select gen_random_uuid(), r.id, 'Setup', 'Windows 64 Bit', 'releases/bench.zip', 'setup-' || r.id || '.zip', 4000000,
    repeat('a', 64)
from downloads_release r join bench_product p on p.id = r.product_id;

-- name: shelves
create temp table bench_word as
select row_number() over ()::int as k, word from unnest(string_to_array(:words, ' ')) word;
insert into shop_category (path, name, position) select name, name, place
from unnest(array['Programme', 'Leistungen']) with ordinality top (name, place) on conflict do nothing;
insert into shop_category (path, name, position, parent_id)
select c.path || '/' || s.name, s.name, s.place, c.id from shop_category c
join (values ('Programme', 'Kauf', 1), ('Programme', 'Miete', 2), ('Leistungen', 'Einrichtung', 1),
    ('Leistungen', 'Schulung', 2), ('Leistungen', 'Pauschalen', 3)) s (above, name, place) on s.above = c.path
on conflict do nothing;
insert into shop_category (path, name, position, parent_id)
select c.path || '/' || w.word, w.word, w.k, c.id from shop_category c, bench_word w
where c.path ~ '^(Programme|Leistungen)/[^/]+$' and w.k <= 8 on conflict do nothing;

-- name: articles
create temp table bench_article as
select i, (string_to_array('K,K,K,M,D,S,S,P', ','))[1 + i % 8] as kind,
    (string_to_array('Kauf,Kauf,Kauf,Miete,Einrichtung,Schulung,Schulung,Pauschalen', ','))[1 + i % 8] as shelf,
    (string_to_array('Zusatzmodul,Zusatzmodul,Zusatzmodul,Mietlizenz,Einrichtung,Schulung,Schulung,Servicepauschale',
        ','))[1 + i % 8] as begins,
    1 + hashint4(i) & 2147483647 as chance
from generate_series(1, :articles) i;
insert into shop_article (number, name, description, kind, category_id, unit, list_price, vat_rate, is_active, grants_id)
select 'BN-' || a.kind || (200000 + a.i),
    concat_ws(' ', a.begins, one.word, 'und', two.word, (array['Basis', 'Plus', 'Profi'])[1 + a.chance / 11 % 6],
        -- A vocabulary that grows with the catalogue.
        case when a.i % 5 = 0 then initcap(three.word || 'bereich' || a.chance / 7 % 600) end, a.i % 97),
    concat_ws(' ', a.begins, 'für Verwaltungen jeder Größe, mit', three.word || '.'), a.kind, c.id,
    case a.kind when 'M' then 'Monat' when 'D' then 'Stunde' else 'Stück' end,
    (array[49, 99, 149, 199, 499, 1299, 12500, 89.5])[1 + a.chance % 8], 19, a.i % 25 <> 0,
    case when a.kind in ('K', 'M') then p.id end
from bench_article a
join bench_word one on one.k = 1 + a.chance % 48 join bench_word two on two.k = 1 + a.chance / 48 % 48
join bench_word three on three.k = 1 + a.chance / 2304 % 48
join bench_product p on p.k = 1 + a.chance / 5 % :products
join bench_word shelf on shelf.k = 1 + a.chance / 3 % 8
join shop_category c on c.name = shelf.word and c.path like '%/' || a.shelf || '/%';
-- One to three products each; a tenth of the rows asks for seats, for maintenance or for a version.
insert into shop_article_fits (article_id, product_id, min_seats, needs_care, from_version, from_day)
select a.id, p.id, case when what = 0 then 10 else 1 end,
    case what when 1 then 'any' when 2 then 'SPV' else '' end, case when what = 3 then '23.1' else '' end,
    case when what = 3 then date '2022-09-01' end
from shop_article a, generate_series(0, 2) n,
    lateral (select hashint8(a.id * 3 + n) & 2147483647 as chance) c,
    lateral (select c.chance / 64 % 40 as what) w, bench_product p
where a.number like 'BN-%' and n <= a.id % 3 and p.k = 1 + c.chance % :products on conflict do nothing;
-- Every fiftieth requires another one, every hundredth rules another one out, in both directions.
create temp table bench_pair as
select a.id as one, b.id as other, row_number() over (order by a.id) as k from shop_article a
join shop_article b on b.number = 'BN-K' || 200000 + 8 * (1 + (hashint8(a.id) & 2147483647) % (:articles / 8 - 1))
where a.number like 'BN-%' and a.id % 33 = 0 and a.id <> b.id;
insert into shop_article_requires (from_article_id, to_article_id) select one, other from bench_pair where k % 3 > 0;
insert into shop_article_excludes (from_article_id, to_article_id)
select one, other from bench_pair where k % 3 = 0 union select other, one from bench_pair where k % 3 = 0;
insert into shop_price (article_id, company_id, from_quantity, net)
select id, null, q.quantity, round(list_price * q.share, 2)
from shop_article, (values (5, 0.95), (10, 0.9)) q (quantity, share) where number like 'BN-%';

-- name: people
select set_config('portal.actor', '{"kind": "import"}', false);
insert into accounts_company (number, name, name_extra, street, postal_code, city, country, phone, email, vat_id,
    is_blocked, uses_homecase, customer_since, created_at)
values ('BENCH-1', 'Großverwaltung Nord GmbH', '', 'Hafenstraße 1', '20095', 'Hamburg', 'DE', '+49 40 1234',
    'info@nord.bench.example', 'DE123456789', false, true, '2010-01-01', now());
create temp table bench_company as
select row_number() over (order by id)::int as k, id, name, street, postal_code, city from accounts_company
where number <> 'BENCH-1';
create index on bench_company (k);
create temp table bench_big as select id from accounts_company where number = 'BENCH-1';
create temp table bench_person as
select (select id from bench_big) as company_id, 'bench-big-' || n as username, n from generate_series(0, 199) n
union all select id, 'bench-' || k, k from bench_company;
insert into accounts_user (password, is_superuser, username, first_name, last_name, is_staff, is_active, date_joined,
    email, salutation, phone, language)
select '!bench', false, username, (array['Anna', 'Bernd', 'Clara', 'Dirk', 'Eva', 'Frank', 'Gerda'])[1 + n % 7],
    (array['Müller', 'Schmidt', 'Fischer', 'Weber', 'Wagner', 'Becker', 'Koch', 'Wolf'])[1 + n % 8] || '-' || n,
    false, true, now(), username || '@people.bench.example', 'ms', '', 'de' from bench_person;
insert into access_membership (company_id, user_id, is_holder, is_main_holder, function, phone, created_at, accepted_at,
    version)
select p.company_id, u.id, p.username = 'bench-big-0', p.username = 'bench-big-0', '', '', now(), now(), 1
from bench_person p join accounts_user u using (username);
update access_membership set accepted_at = now() where accepted_at is null and is_holder;
insert into access_membershipright (content_object_id, user_id, permission_id)
select m.id, m.user_id, p.id from access_membership m join accounts_user u on u.id = m.user_id
join auth_permission p on p.codename in ('use_shop', 'use_downloads', 'use_contracts')
join django_content_type t on t.id = p.content_type_id and t.app_label = 'access' and t.model = 'membership'
where u.username like 'bench-%' and not m.is_holder and (m.id + p.id) % 3 <> 0;
insert into accounts_user (password, is_superuser, username, first_name, last_name, is_staff, is_active, date_joined,
    email, salutation, phone, language)
values ('!bench', true, 'bench-staff', 'Bench', 'Staff', true, true, now(), 'staff@bench.example', '', '', 'de');
create temp table bench_big_person as
select row_number() over (order by id)::int as k, id, first_name || ' ' || last_name as name from accounts_user
where username like 'bench-big-%';

-- name: licences
insert into contracts_licence (number, company_id, product_id, kind, seats, starts_on)
select 'L-BENCH-' || p.k, b.id, p.id, 'K', 4 + p.k, date '2020-01-01' from bench_big b, bench_product p
where p.k % 10 in (1, 4, 7);
insert into contracts_licence (number, company_id, product_id, kind, seats, starts_on)
select 'L-' || c.k || '-' || n, c.id, p.id, 'K', 3 + c.k % 12, date '2021-01-01' from bench_company c,
    generate_series(1, 3) n, bench_product p
where n <= 1 + c.k % 3 and p.k = 1 + (hashint8(c.k::bigint * 3 + n) & 2147483647) % :products;
insert into contracts_maintenance (licence_id, kind, starts_on, ends_on)
select id, case when id % 3 = 0 then 'UPV' else 'SPV' end, starts_on, current_date + 200 from contracts_licence
where number like 'L-%' and id % 4 <> 0;
insert into shop_price (article_id, company_id, from_quantity, net)
select a.id, b.id, 1, round(a.list_price * 0.8, 2) from shop_article a, bench_big b
where a.id % 20 = 0 and a.number like 'BN-%';
insert into shop_price (article_id, company_id, from_quantity, net)
select a.id, c.id, 1, round(a.list_price * 0.85, 2) from shop_article a
join bench_company c on c.k = 1 + (hashint8(a.id) & 2147483647) % (:companies - 1)
where a.number like 'BN-%';

-- name: orders
-- The ids come out of the tables themselves: checking each once more would take most of the time.
set session_replication_role = replica;
create temp table bench_sold as
select row_number() over (order by id)::int - 1 as k, id, number, name, unit, list_price, vat_rate, kind
from shop_article where number like 'BN-%';
create index on bench_sold (k);
create temp table bench_order as
select i, gen_random_uuid() as id, 1000000 + i as number,
    case when i <= :own_orders then (select id from bench_big) else c.id end as company_id,
    case when i <= :own_orders then p.id end as person_id, case when i <= :own_orders then p.name end as person,
    now() - i % 2500 * interval '1 day' - i::bigint * 7919 % 86400 * interval '1 second' as placed_at,
    (array['received', 'accepted', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled',
        'fulfilled', 'cancelled'])[1 + i % 10] as state,
    concat_ws(E'\n', c.name, c.street, c.postal_code || ' ' || c.city) as address
from generate_series(1, :orders) i
join bench_company c on c.k = 1 + (hashint4(i) & 2147483647) % (:companies - 1)
join bench_big_person p on p.k = 1 + i % 200;
create temp table bench_line as
select o.id as order_id, n as position, s.*, 1 + (o.i + n) % 5 as quantity, o.state
from bench_order o, generate_series(1, 3) n
join bench_sold s on true
where s.k = (hashint8(o.i::bigint * 3 + n) & 2147483647) % :articles;
insert into orders_order (id, number, company_id, ordered_by_id, orderer_name, state, placed_at, address, reference,
    cost_center, note, net, vat)
select o.id, 'BN' || o.number, o.company_id, o.person_id, coalesce(o.person, 'Erika Beispiel'), o.state, o.placed_at,
    o.address, case when o.i % 3 = 0 then 'BEST-' || o.i else '' end, '', '', l.net, round(l.net * 0.19, 2)
from bench_order o
join (select order_id, sum(quantity * list_price) as net from bench_line group by order_id) l on l.order_id = o.id;
insert into orders_orderline (order_id, position, article_id, article_number, name, unit, quantity, unit_price,
    vat_rate, net, kind, state)
select order_id, position, id, number, name, unit, quantity, list_price, vat_rate, quantity * list_price, kind,
    case state when 'fulfilled' then 'done' when 'accepted' then 'accepted' else 'open' end
from bench_line;
insert into orders_orderevent (order_id, state, at, by_name, reason)
select id, 'received', placed_at, 'ERP', '' from bench_order union all
select id, state, placed_at + interval '1 day', 'ERP', '' from bench_order where state <> 'received';

-- name: documents
insert into contracts_document (id, company_id, number, version, kind, title, dated_on, file, file_name, size, sha256,
    filed_at)
select gen_random_uuid(), company_id, case when i % 5 = 4 then 'RE-' else 'AB-' end || 'BN' || number, 1,
    case when i % 5 = 4 then 'RE' else 'AB' end,
    case when i % 5 = 4 then 'Rechnung ' else 'Auftragsbestätigung ' end || number, placed_at::date,
    'documents/bench.pdf', number || '.pdf', 20000, repeat('b', 64), now()
from bench_order where i <= 300 or i between :own_orders and :own_orders + :documents;
insert into contracts_document (id, company_id, number, version, kind, title, dated_on, file, file_name, size, sha256,
    filed_at)
select gen_random_uuid(), id, 'SPV-BN-' || k, 1, 'SPV', 'Softwarepflegevertrag', current_date - k % 2000,
    'documents/bench.pdf', 'spv.pdf', 20000, repeat('c', 64), now() from bench_company;
insert into contracts_documentopening (document_id, user_id, opened_at, how)
select d.id, p.id, now() - interval '1 day', 'view'
from (select id, row_number() over (order by id) as k from contracts_document) d
join bench_big_person p on p.k = 1 + d.k % 200 where d.k % 3 = 0;
create temp table bench_file as
select row_number() over (order by f.id)::int as k, f.id from downloads_releasefile f where file_name like 'setup-%';
insert into downloads_download (file_id, company_id, user_id, started_at)
select f.id, case when i <= 2000 then b.id else c.id end, p.id, now() - i % 100000 * interval '1 minute'
from bench_big b, generate_series(1, :downloads) i
join bench_company c on c.k = 1 + (hashint4(i) & 2147483647) % (:companies - 1)
join bench_big_person p on p.k = 1 + i % 200 join bench_file f on f.k = 1 + i % (:products * 8);
insert into accounts_session (session_key, session_data, expire_date, public_id, created_at, last_seen_at, ip,
    user_agent, is_kept, user_id)
select 'bench' || lpad(i::text, 27, '0'), repeat('x', 300), now() + interval '30 days', gen_random_uuid(), now(), now(),
    '192.0.2.1', 'Firefox', false, p.id
from generate_series(1, :sessions) i join bench_big_person p on p.k = 2 + i % 199;
set session_replication_role = origin;
select orders_keep_words(array(select id from orders_order order by company_id, id));

-- name: cart
insert into shop_cart (changed_at, company_id, user_id)
select now(), b.id, u.id from bench_big b, accounts_user u where u.username = 'bench-big-0';
