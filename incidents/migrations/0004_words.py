"""An index for words in what is told of incidents."""

from django.db import migrations

# Most Chinese words have two characters, for which a trigram index has no answer; so every character and every pair of
# neighbours is a key, small letters for all. `incidents.queries.words` takes a word apart in the same way.
GRAMS = """
CREATE FUNCTION incidents_grams(told text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT each.letter || ARRAY(
        SELECT pair.one || pair.next FROM unnest(each.letter, each.letter[2:]) AS pair (one, next)
        WHERE pair.next IS NOT NULL
    )
    FROM (SELECT string_to_array(lower(told), NULL)) AS each (letter)
$$;
CREATE INDEX incidents_told ON incidents_incident
    USING gin (incidents_grams(place || E'\\n' || account || E'\\n' || outcome));
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_whole_positions")]
    operations = [migrations.RunSQL(GRAMS, migrations.RunSQL.noop)]
