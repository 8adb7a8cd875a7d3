using System.Text;
using System.Text.RegularExpressions;
using Partnership.Tests.Support.Hosts;
using Xunit;

namespace Partnership.Tests.Platform.Gateway;

/// <summary>One request of one person; <c>{case}</c>, <c>{referral}</c> and the like in the path are the world's own records.</summary>
internal sealed record Ask(string Person, string Method, string Path, string? Purpose, object? Body = null, params (string Name, string Value)[] Headers)
{
    public static Ask Get(string person, string path, string? purpose = Casework.Meeting) => new(person, "GET", path, purpose);
}

/// <summary>
/// Two worlds that differ only in what a caller may not see, and what that caller is answered in each: status, every header,
/// every byte, in order. What must differ between any two answers (date, receipt, promise, a cursor's bytes) is replaced by a
/// word; lengths stay.
/// </summary>
/// <remarks>
/// A world can come after another (<see cref="StaySameAsync"/>: the same records, before and after a hidden change; ids, tags
/// and cursors' ends must be the same) or stand beside it (<see cref="SameBesideAsync"/>: records of their own, whose ids and
/// times are replaced too). To add a world: what to make or change, who must not notice, and what they ask.
/// </remarks>
internal sealed partial class TwoWorlds(RunningPlatform platform)
{
    /// <summary>The asks are answered alike before and after the change.</summary>
    /// <param name="twice">Asked once more before it, so that a difference is the change's; not where many changes follow each other.</param>
    public async Task StaySameAsync(string what, IReadOnlyList<Ask> asks, Func<Task> change, IReadOnlyDictionary<string, string>? records = null, bool twice = true)
    {
        var before = await AnswersAsync(asks, records ?? new Dictionary<string, string>(), beside: false);
        if (twice)
        {
            var again = await AnswersAsync(asks, records ?? new Dictionary<string, string>(), beside: false);
            Compare($"{what}: twice in one world", asks, before, again);
        }

        await change();
        Compare(what, asks, before, await AnswersAsync(asks, records ?? new Dictionary<string, string>(), beside: false));
    }

    /// <summary>The asks are answered alike in both worlds; each makes its records under the same names.</summary>
    public async Task SameBesideAsync(string what, IReadOnlyList<Ask> asks, Func<Task<Dictionary<string, string>>> one, Func<Task<Dictionary<string, string>>> other)
    {
        var first = await AnswersAsync(asks, await one(), beside: true);
        Compare(what, asks, first, await AnswersAsync(asks, await other(), beside: true));
    }

    private async Task<List<string>> AnswersAsync(IReadOnlyList<Ask> asks, IReadOnlyDictionary<string, string> records, bool beside)
    {
        // Side by side, since what is hidden is answered late on purpose; what one person asks, one after the other.
        var answers = new string[asks.Count];
        await Task.WhenAll(Enumerable.Range(0, asks.Count).GroupBy(i => asks[i].Person).Select(async places =>
        {
            foreach (var i in places)
            {
                var path = records.Aggregate(asks[i].Path, (text, record) => text.Replace($"{{{record.Key}}}", record.Value, StringComparison.Ordinal));
                Assert.DoesNotContain('{', path);
                answers[i] = Plain(await platform.As(asks[i].Person).RawAsync(asks[i].Method, path, asks[i].Body, asks[i].Purpose, asks[i].Headers), beside);
            }
        }));
        return [.. answers];
    }

    private static void Compare(string what, IReadOnlyList<Ask> asks, List<string> one, List<string> other)
    {
        for (var i = 0; i < asks.Count; i++)
        {
            Assert.True(one[i] == other[i], $"{what}: {asks[i].Person} {asks[i].Method} {asks[i].Path} tells the two worlds apart:\n{one[i]}\n--- and ---\n{other[i]}");
        }
    }

    private static string Plain(RawAnswer answer, bool beside)
    {
        var body = Receipt().Replace(Cursor().Replace(Encoding.UTF8.GetString(answer.Body), m => $"\"next\":\"{m.Groups[1].Length}\""), "\"receipt\":\"receipt\"");
        var head = string.Join("\r\n", answer.Head.Split("\r\n").Select(line => line.Split(':')[0] switch
        {
            "Date" => "Date: -",
            // The instance, the number and the signature of an entry.
            "Sharing-Record" => "Sharing-Record: -",
            // A tag is bound to its record's id, and times of two records have as many digits as they happen to have.
            "ETag" when beside => "ETag: -",
            "Location" when beside => "Location: -",
            "Content-Length" when beside => "Content-Length: -",
            _ => line,
        }));
        return beside ? head + Times().Replace(Numbered(body), "time") : head + body;
    }

    /// <summary>Ids by the order of their first appearance: which stand for the same stays to be seen.</summary>
    private static string Numbered(string body)
    {
        var seen = new Dictionary<string, string>();
        return Ids().Replace(body, m => seen.TryGetValue(m.Value, out var name) ? name : seen[m.Value] = $"id-{seen.Count}");
    }

    [GeneratedRegex("\"receipt\":\"[0-9a-f-]{36}\"")]
    private static partial Regex Receipt();

    [GeneratedRegex("\"next\":\"([^\"]*)\"")]
    private static partial Regex Cursor();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Ids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Times();
}
