using System.Text;
using Partnership.EventStore;
using Partnership.Tests.Store.Support;

namespace Partnership.Tests.Store;

/// <summary>Rows of several views that are read together.</summary>
public sealed class FamilyTests(StoreFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_comes_with_the_rows_it_belongs_together_with_and_no_others()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (one, other, note, page, unasked) = (Sample.Id(), Sample.Id(), Sample.Id(), Sample.Id(), Sample.Id());
        await WriteAsync("cases", one, one, """{"it":"one"}""");
        await WriteAsync("cases", other, other, """{"it":"other"}""");
        await WriteAsync("notes", note, one, """{"it":"note"}""");
        await WriteAsync("pages", page, one, """{"it":"page"}""");
        await WriteAsync("letters", unasked, one, """{"it":"letter"}""");

        var down = await store.Events.LoadFamilyAsync(new("cases", "case:", ["notes", "pages"]), one, Ct);
        Assert.Equal("""{"it":"one"}""", Text(down!.Row));
        Assert.Equal(["notes {\"it\":\"note\"}", "pages {\"it\":\"page\"}"], down.Others.Select(o => $"{o.View} {Text(o.Row)}").Order());
        Assert.Empty((await store.Events.LoadFamilyAsync(new("cases", "case:", ["notes", "pages"]), other, Ct))!.Others);

        var up = await store.Events.LoadFamilyAsync(new("notes", "case:", ["cases"]), note, Ct);
        Assert.Equal((note, one), (up!.Row.Id, up.Others.Single().Row.Id));
        Assert.Null(await store.Events.LoadFamilyAsync(new("notes", "case:", ["cases"]), one, Ct));

        Task WriteAsync(string view, Guid id, Guid family, string body) => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(id, 0, Sample.Note()) with
            {
                Views = [new ViewRow(view, id, 1, Encoding.UTF8.GetBytes(body), ["everybody", $"case:{family}"], 0, [])],
            }), Ct);
    }

    [Fact]
    public async Task A_page_of_families_is_the_page_of_its_rows()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var ids = Enumerable.Range(0, 9).Select(_ => Sample.Id()).ToArray();
        await Task.WhenAll(ids.Select((id, i) => store.Events.AppendAsync(
            Sample.Of(Sample.Stream(id, 0, Sample.Note()) with
            {
                Views =
                [
                    new ViewRow("cases", id, 1, "{}"u8.ToArray(), [i % 3 == 0 ? "southtown" : "northtown", $"case:{id}"], i, []),
                    new ViewRow("notes", id, 1, "{}"u8.ToArray(), [$"case:{id}"], 0, []),
                ],
            }), Ct)));

        var families = new ViewFamilies("cases", "case:", ["notes"]);
        var first = await store.Events.PageFamiliesAsync(families, ["northtown"], null, 4, Ct);
        var second = await store.Events.PageFamiliesAsync(families, ["northtown"], new(first[^1].Row.SortKey, first[^1].Row.Id), 4, Ct);
        Assert.Equal([ids[8], ids[7], ids[5], ids[4], ids[2], ids[1]], first.Concat(second).Select(family => family.Row.Id));
        Assert.All(first, family => Assert.Equal(family.Row.Id, Assert.Single(family.Others).Row.Id));
        Assert.Empty(await store.Events.PageFamiliesAsync(families, [], null, 4, Ct));
    }

    /// <summary>A row sealed under another key than its head's goes alone.</summary>
    [Fact]
    public async Task An_erased_row_of_a_family_reads_as_erased_beside_the_others()
    {
        await using var databases = await fixture.CreateAsync();
        await using var store = databases.Open();
        var (one, note) = (Sample.Id(), Sample.Id());
        await store.Events.AppendAsync(Sample.Of(Sample.Stream(one, 0, Sample.Note()) with { Views = [Row("cases", one)] }), Ct);
        await store.Events.AppendAsync(Sample.Of(Sample.Stream(note, 0, Sample.Note()) with { Views = [Row("notes", note)] }), Ct);
        await store.Keys.DestroyAsync(Sample.Scope(note), Ct);

        var family = await store.Events.LoadFamilyAsync(new("cases", "case:", ["notes"]), one, Ct);
        Assert.False(family!.Row.Erased);
        Assert.All(family.Others, other => Assert.True(other.Row.Erased));

        ViewRow Row(string view, Guid id) => new(view, id, 1, """{"it":1}"""u8.ToArray(), [$"case:{one}"], 0, []);
    }

    private static string Text(LoadedView row) => Encoding.UTF8.GetString(row.Body.Span);
}
