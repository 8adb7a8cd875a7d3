using System.Collections.Concurrent;
using System.Text.Json;
using Partnership.Contracts.Records;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>The never-rules of <c>information-sharing</c> §4 that bind MARAC's reads, each through the running gateway, with its nearest permit.</summary>
[Collection(nameof(MatrixPlatform))]
public sealed class NeverRulesTests(MatrixPlatform matrix)
{
    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 8 };

    /// <summary>Everything that opens anything, and nothing that closes.</summary>
    private const On Everything = (On)~0 & ~(On.UnsafeCopy | On.Held | On.Final);

    [Fact]
    public async Task NR1_premises_and_their_scheme_receive_no_fact_of_MARAC_not_even_that_there_is_none()
    {
        var world = await matrix.StartedAsync();
        foreach (var who in MatrixPeople.All.Where(person => person.Agency is "NSS" or "PREM"))
        {
            var reader = world.Reader(who.Name);
            await using var connection = await world.ConnectAsync(who.Name);
            foreach (var cells in MatrixCells.All)
            {
                var there = cells.Hold(world, reader, Everything);
                world.Service.List(reader.Pseudonym, [there]);
                var answers = new List<RawAnswer>();
                foreach (var path in (string[])[$"{cells.Route}/{there}", $"{cells.Route}/{NewId()}", cells.Route])
                    answers.Add(await connection.SendAsync("GET", path, cells.Purpose));
                Assert.All(answers, answer => Assert.Equal((403, answers[0].WithoutDate), (answer.Status, answer.WithoutDate)));
            }

            foreach (var path in (string[])["/marac/search", "/marac/referrals", $"/marac/cases/{NewId()}/conflicts"])
                Assert.Equal(403, (await connection.SendAsync("POST", path, Casework.Meeting, "{}")).Status);
            Assert.Equal(0, world.Service.AskedFor(reader.Pseudonym));
        }
    }

    [Fact]
    public async Task NR2_nothing_goes_to_who_is_on_the_conflict_register_by_person_or_by_name()
    {
        await EachReaderAsync(async (world, cells, person, reader, connection, hidden) =>
        {
            var name = world.NameOf(person);
            var (first, last) = (name[..name.IndexOf(' ', StringComparison.Ordinal)], name[(name.LastIndexOf(' ') + 1)..]);
            foreach (var (conflict, bars) in ((ConflictFact, bool)[])
                     [
                         (new(reader.Person, null), true), (new(reader.Pseudonym, null), true), (new(null, name), true), (new(null, name.ToUpperInvariant()), true),
                         (new("p-9999", name), true), (new(reader.Person, "Somebody Else"), true),
                         // Nearest: another person, and another of the same family name.
                         (new("p-9999", "Somebody Else"), false), (new(null, $"{first}ina {last}"), false),
                     ])
            {
                var facts = cells.Facts(reader, Everything) with { Conflicts = [new ConflictFact("p-9998", "Nobody Here"), conflict] };
                var id = world.Service.Hold(cells.Table.RecordType, facts, cells.Json);
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose);
                if (cells.Check(answer, bars ? null : cells.Expect(person, Everything), hidden).FirstOrDefault() is { } difference) return $"{conflict}: {difference}";
                if (await ListedAsync(world, cells, reader, connection, id) == bars) return $"{conflict}: {(bars ? "" : "not ")}in the list";
            }

            return null;
        });
    }

    [Fact]
    public async Task NR2_the_location_never_goes_to_a_copy_that_the_perpetrator_can_reach()
    {
        await EachReaderAsync(async (world, cells, person, reader, connection, hidden) =>
        {
            // The agency whole, this team of it; and, nearest, another team and another agency.
            foreach (var (copy, on) in ((MemberFact, On)[])
                     [
                         (reader.Party, Everything | On.UnsafeCopy), (new(reader.Agency, null), Everything | On.UnsafeCopy),
                         (new("provider-01", null), Everything), (new(reader.Agency, "another"), reader.Team is null ? Everything | On.UnsafeCopy : Everything),
                     ])
            {
                if (reader.Team is null && copy.Team is not null) continue;
                var id = world.Service.Hold(cells.Table.RecordType, cells.Facts(reader, Everything) with { UnsafeCopies = [copy] }, cells.Json);
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose);
                if (cells.Check(answer, cells.Expect(person, on), hidden).FirstOrDefault() is { } difference) return $"{copy}: {difference}";
            }

            return null;
        });
    }

    [Fact]
    public async Task NR6_a_denied_and_an_unknown_record_are_the_same_bytes()
    {
        await EachReaderAsync(async (world, cells, person, reader, connection, hidden) =>
        {
            var answers = new List<RawAnswer>();
            var barred = cells.Facts(reader, Everything) with { Readers = [] };
            foreach (var id in (Guid[])[NewId(), world.Service.Hold(cells.Table.RecordType, barred, cells.Json), world.Service.Hold(cells.Table.RecordType, barred with { State = "NOWHERE" }, cells.Json)])
                answers.Add(await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose));
            return answers.Find(answer => answer.WithoutDate != hidden)?.WithoutDate;
        });
    }

    [Fact]
    public async Task NR7_internal_research_never_leaves_its_agency_and_team()
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named("research-return"));
        var internals = cells.Values.Where(value => value.Group == "internal-research" && value.Marker is not null).Select(value => value.Marker!).ToList();
        Assert.True(internals.Count > 5);
        foreach (var person in cells.Table.People)
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var author in (AuthorFact[])[new("x", reader.Agency, reader.Team), new("x", reader.Agency, reader.Team is null ? "CSC" : null), new("x", reader.Agency, "another"), new("x", "CPS", reader.Team)])
            {
                var facts = cells.Facts(reader, Everything) with { Author = author };
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{world.Service.Hold(cells.Table.RecordType, facts, cells.Json)}", cells.Purpose);
                var text = answer.WithoutDate;
                var own = author.Agency == reader.Agency && author.Team == reader.Team && !SharingMatrix.Coordination().Contains(person) && person != "caldicott";
                Assert.All(internals, mark => Assert.True(text.Contains(mark, StringComparison.OrdinalIgnoreCase) == own, $"{person}, of {author}: {mark}"));
            }
        }
    }

    [Fact]
    public async Task NR9_a_health_item_without_the_Caldicott_mark_stays_with_health_and_the_coordination()
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named("case"));
        const On On = Everything;
        foreach (var person in cells.Table.People)
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var marked in (bool[])[false, true])
            {
                // One finding of another agency, ticked for this reader, and nothing else in its way.
                var facts = cells.Facts(reader, On);
                var finding = Guid.Parse(cells.Values.First(value => value.Path == "research[0].itemId").Marker!);
                facts = facts with { Items = [new ItemFact(finding) { Owner = new MemberFact("CPS", null), Readers = [reader.Party], Health = true, Caldicott = marked }] };
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{world.Service.Hold(cells.Table.RecordType, facts, cells.Json)}", cells.Purpose);
                var text = cells.Values.First(value => value.Path == "research[0].text").Marker!;
                var who = MatrixPeople.Of(person);
                var unmarked = who.Agency == SharingMatrix.HealthAgency || SharingMatrix.CoordinationRoles.Contains(who.Role);
                // The victims' hub reads no finding of others at all.
                var expected = person != "victims-hub" && (marked || unmarked);
                Assert.True(answer.WithoutDate.Contains(text, StringComparison.OrdinalIgnoreCase) == expected, $"{person}, {(marked ? "" : "not ")}marked");
            }
        }
    }

    [Fact]
    public async Task NR14_every_released_record_carries_its_obligations()
    {
        await EachReaderAsync(async (world, cells, _, reader, connection, _) =>
        {
            var id = cells.Hold(world, reader, Everything);
            world.Service.List(reader.Pseudonym, [id]);
            var read = await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose);
            var listed = await connection.SendAsync("GET", cells.Route, cells.Purpose);
            using var record = JsonDocument.Parse(read.Body);
            using var page = JsonDocument.Parse(listed.Body);
            foreach (var obligations in (JsonElement[])[record.RootElement.GetProperty("obligations"), page.RootElement.GetProperty("items")[0].GetProperty("obligations")])
            {
                if (!obligations.GetProperty("noOnward").GetBoolean()) return "may be shared onward";
                if (obligations.GetProperty("purpose").GetString() != cells.Purpose) return "is for another purpose";
                if (obligations.GetProperty("expires").GetDateTimeOffset() <= TimeProvider.System.GetUtcNow()) return "has expired";
            }

            return null;
        });
    }

    [Fact]
    public async Task NR15_a_restricted_case_goes_to_its_readers_alone()
    {
        await EachReaderAsync(async (world, cells, person, reader, connection, hidden) =>
        {
            foreach (var (readers, may) in ((string[], bool)[])[([reader.Person], true), (["p-9999", reader.Person], true), (["p-9999"], false), ([], false)])
            {
                var id = world.Service.Hold(cells.Table.RecordType, cells.Facts(reader, Everything) with { Readers = readers }, cells.Json);
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose);
                if (cells.Check(answer, may ? cells.Expect(person, Everything) : null, hidden).FirstOrDefault() is { } difference) return $"{readers.Length} readers: {difference}";
                if (await ListedAsync(world, cells, reader, connection, id) != may) return $"{readers.Length} readers: {(may ? "not " : "")}in the list";
            }

            return null;
        });
    }

    /// <summary>Everybody of every table, with everything on that opens a record to them.</summary>
    private async Task EachReaderAsync(Func<MatrixPlatform.Started, MatrixCells, string, MatrixReader, KeptConnection, string, Task<string?>> check)
    {
        var world = await matrix.StartedAsync();
        var (hidden, wrong) = (await world.HiddenAsync(), new ConcurrentQueue<string>());
        await Parallel.ForEachAsync(MatrixCells.All.SelectMany(cells => cells.Table.People).Distinct(), AtOnce, async (person, _) =>
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var cells in MatrixCells.All.Where(cells => cells.Table.People.Contains(person)))
                if (await check(world, cells, person, reader, connection, hidden) is { } difference) wrong.Enqueue($"{person}, {cells.Name}: {difference}");
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} differ:\n{string.Join('\n', wrong.Take(20))}");
    }

    private static async Task<bool> ListedAsync(MatrixPlatform.Started world, MatrixCells cells, MatrixReader reader, KeptConnection connection, Guid id)
    {
        world.Service.List(reader.Pseudonym, [id]);
        var page = await connection.SendAsync("GET", cells.Route, cells.Purpose);
        Assert.Equal(200, page.Status);
        return page.WithoutDate.Contains(id.ToString(), StringComparison.Ordinal);
    }

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
