# Runs statements through DBD::Pg: perl client.pl PORT < statements.json
use strict;
use warnings;
use B;
use DBI;
use JSON::PP;

my $dbh = DBI->connect("dbi:Pg:host=127.0.0.1;port=$ARGV[0];dbname=gatehouse", 'tester', '',
    {RaiseError => 1, PrintError => 0, AutoCommit => 1, pg_enable_utf8 => 1});
# All values as texts, because JSON has no NaN.
sub text {
    my ($value) = @_;
    return [map { text($_) } @$value] if ref $value;
    return undef unless defined $value;
    return B::svref_2object(\$value)->FLAGS & B::SVf_NOK ? sprintf('%.17g', $value) : "$value";
}

local $/;
my @results;
for my $sql (@{decode_json(<STDIN>)}) {
    my $rows = eval { text($dbh->selectall_arrayref($sql)) };
    push @results, $@ ? {error => "$@"} : {rows => $rows};
}
print encode_json(\@results);
$dbh->disconnect;
