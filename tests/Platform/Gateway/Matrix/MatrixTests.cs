using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Partnership.Gateway.Operations;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// Every cell of the matrix, with every condition on and off, through the running gateway: what the hand-written table permits
/// arrives, and nothing else of the record is in the bytes of the answer.
/// </summary>
[Collection(nameof(MatrixPlatform))]
public sealed class MatrixTests(MatrixPlatform matrix)
{
    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 8 };

    public static TheoryData<string> Tables => [.. MatrixCells.All.Select(cells => cells.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Every_reader_gets_the_cells_of_the_table_record_by_record(string table)
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named(table));
        var (hidden, wrong, read) = (await world.HiddenAsync(), new ConcurrentQueue<string>(), 0);
        await Parallel.ForEachAsync(cells.Table.People, AtOnce, async (person, _) =>
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var on in cells.CombinationsFor(person))
            {
                var id = cells.Hold(world, reader, on);
                var answer = await connection.SendAsync("GET", $"{cells.Route}/{id}", cells.Purpose);
                foreach (var difference in cells.Check(answer, cells.Expect(person, on), hidden)) wrong.Enqueue($"{person} {on}: {difference}");
                Interlocked.Increment(ref read);
            }
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"{read} records read");
        NoneOf(wrong);
        Assert.True(read >= cells.Table.People.Count() * 4, $"Only {read} were read.");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Every_reader_gets_the_same_cells_in_lists_and_no_row_that_is_hidden(string table)
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named(table));
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(cells.Table.People, AtOnce, async (person, _) =>
        {
            foreach (var difference in await ListAsync(world, cells, person, "GET", cells.Route, null)) wrong.Enqueue($"{person} {difference}");
        });
        NoneOf(wrong);
    }

    [Fact]
    public async Task Those_who_search_get_the_same_cells_and_others_are_refused_unheard()
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named("case"));
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(MatrixPeople.All, AtOnce, async (person, _) =>
        {
            const string Body = """{"surname":"Example"}""";
            if (person.Name is "coordinator" or "supervisor")
            {
                foreach (var difference in await ListAsync(world, cells, person.Name, "POST", "/marac/search", Body)) wrong.Enqueue($"{person.Name} {difference}");
                return;
            }

            world.Service.List(world.Reader(person.Name).Pseudonym, [cells.Hold(world, world.Reader(person.Name), (On)~0)]);
            await using var connection = await world.ConnectAsync(person.Name);
            var answer = await connection.SendAsync("POST", "/marac/search", cells.Purpose, Body);
            if (answer.Status != 403 || cells.AnyMarkIn(answer.WithoutDate)) wrong.Enqueue($"{person.Name}: {answer.WithoutDate}");
        });
        NoneOf(wrong);
    }

    /// <summary>A role without any rule, or a purpose that is not for it: 403 before any look-up, the same for all records (4e).</summary>
    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Who_has_no_row_is_refused_before_any_look_up(string table)
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named(table));
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(MatrixPeople.All.Select(person => person.Name).Except(cells.Table.People), AtOnce, async (person, _) =>
        {
            var reader = world.Reader(person);
            // Everything is so of it that could be so, and the nearest case in which nothing is.
            var (there, bare, nowhere) = (cells.Hold(world, reader, (On)~0), cells.Hold(world, reader, On.None), Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
            world.Service.List(reader.Pseudonym, [there]);
            await using var connection = await world.ConnectAsync(person);
            var answers = new List<string>();
            foreach (var path in (string[])[$"/{there}", $"/{bare}", $"/{nowhere}", ""])
            {
                var answer = await connection.SendAsync("GET", cells.Route + path, cells.Purpose);
                if (answer.Status != 403) wrong.Enqueue($"{person} {path}: {answer.WithoutDate}");
                answers.Add(answer.WithoutDate);
            }

            if (answers.Distinct().Count() != 1) wrong.Enqueue($"{person} is told something: {string.Join('\n', answers.Distinct())}");
        });
        NoneOf(wrong);
    }

    [Fact]
    public void The_table_names_every_field_and_everybody()
    {
        foreach (var cells in MatrixCells.All) Assert.Empty(cells.Values.Select(value => value.Group).Distinct().Except(cells.Table.Groups));
        Assert.Equal(SharingMatrix.Tables.Select(named => named.Table), MatrixCells.All.Select(cells => cells.Table));

        // Whoever the demonstration partnership has, and every type of record of MARAC that can be read.
        var file = File.ReadAllText(Path.Combine(Support.Repository.Root, "deploy", "partnership.yaml"));
        Assert.Equal(
            MatrixPeople.All.Where(person => person.InDemonstration).Select(person => person.Name).Order(),
            Regex.Matches(file, @"\bsubject: ([a-z0-9-]+)").Select(match => match.Groups[1].Value).Order());
        Assert.Equal(
            OperationTable.All.Where(o => o.Service == "marac" && o.Method == "GET").Select(o => o.Pattern.Replace("/{id:guid}", "", StringComparison.Ordinal)).Distinct().Order(),
            MatrixCells.All.Select(cells => cells.Route).Distinct().Order());
    }

    [Fact]
    public async Task The_check_fails_when_a_mark_leaks_or_is_missing()
    {
        var (world, cells) = (await matrix.StartedAsync(), MatrixCells.Named("case"));
        var (hidden, landlord) = (await world.HiddenAsync(), world.Reader("landlord"));
        await using var connection = await world.ConnectAsync("landlord");
        var expected = cells.Expect("landlord", On.Member);
        var sound = Encoding.UTF8.GetString(cells.Json.Span);
        var (name, narrative) = (Mark("victim.name"), Mark("narrative.history"));

        Assert.Empty(await ReadAsync(sound));
        Assert.Contains("narrative.history leaked", await ReadAsync(sound.Replace(name, $"{name} {narrative}", StringComparison.Ordinal)));
        Assert.Contains("narrative.history leaked", await ReadAsync(sound.Replace(name, $"{name} {narrative.ToUpperInvariant()}", StringComparison.Ordinal)));
        Assert.Contains("victim.name is missing", await ReadAsync(sound.Replace(name, "another name", StringComparison.Ordinal)));
        Assert.NotEmpty(await ReadAsync(sound.Replace($"\"name\":\"{name}\",", "", StringComparison.Ordinal)));

        // One cell, one condition or one row away.
        var answer = await SendAsync(sound);
        Assert.NotEmpty(cells.Check(answer, cells.Expect("landlord", On.Member | On.Tenancy), hidden));
        Assert.NotEmpty(cells.Check(answer, cells.Expect("probation", On.Member), hidden));
        Assert.NotEmpty(cells.Check(answer, null, hidden));
        Assert.Throws<InvalidOperationException>(() => cells.Check(answer, expected! with { Cells = expected.Cells.Where(cell => cell.Key != "narrative").ToDictionary() }, hidden));
        Assert.NotEmpty(cells.CheckRows(answer, []));

        string Mark(string path) => cells.Values.Single(value => value.Path == path).Marker!;

        async Task<IReadOnlyList<string>> ReadAsync(string data) => [.. cells.Check(await SendAsync(data), expected, hidden)];

        Task<Support.Hosts.RawAnswer> SendAsync(string data) => connection.SendAsync(
            "GET", $"{cells.Route}/{world.Service.Hold(cells.Table.RecordType, cells.Facts(landlord, On.Member), Encoding.UTF8.GetBytes(data))}", cells.Purpose);
    }

    /// <summary>All combinations for one person as rows of one list, read page by page.</summary>
    private static async Task<IReadOnlyList<string>> ListAsync(MatrixPlatform.Started world, MatrixCells cells, string person, string method, string route, string? body)
    {
        var reader = world.Reader(person);
        var rows = cells.CombinationsFor(person).Select(on => (Id: cells.Hold(world, reader, on), On: on, Expected: cells.Expect(person, on))).ToList();
        world.Service.List(reader.Pseudonym, [.. rows.Select(row => row.Id)]);
        var seen = rows.Where(row => row.Expected is not null).Select(row => (row.Id, row.On, row.Expected!)).ToList();
        await using var connection = await world.ConnectAsync(person);
        var (wrong, after) = (new List<string>(), "");
        foreach (var page in seen.Chunk(50).DefaultIfEmpty([]))
        {
            var answer = await connection.SendAsync(method, $"{route}?limit=50{after}", cells.Purpose, body);
            wrong.AddRange(cells.CheckRows(answer, page));
            if (wrong.Count > 0) return wrong;
            using var json = JsonDocument.Parse(answer.Body);
            var next = json.RootElement.GetProperty("next").GetString();
            var isLast = page.Length == 0 || page[^1].Id == seen[^1].Id;
            if (next is null != isLast) return [$"next is {(next is null ? "missing" : "there")}"];
            after = $"&after={Uri.EscapeDataString(next ?? "")}";
        }

        return wrong;
    }

    private static void NoneOf(ConcurrentQueue<string> wrong) =>
        Assert.True(wrong.IsEmpty, $"{wrong.Count} cells differ:\n{string.Join('\n', wrong.Take(30))}");
}
