using System.Buffers;
using System.Text;

namespace Partnership.Tests.Platform.Privacy;

/// <param name="Needle">What was found.</param>
/// <param name="Form">As what: text, hex, base64, …</param>
/// <param name="Place">Where.</param>
public sealed record Hit(string Needle, string Form, string Place, string Excerpt);

/// <summary>
/// Finds texts in bytes of any kind, in the forms in which they might be written there: as text in any case, in UTF-16,
/// with JSON's escapes, in hexadecimal digits, and in base64 at any of its three alignments.
/// </summary>
internal sealed class MarkerSearch
{
    private const int Chunk = 4 << 20, Overlap = 512, ExcerptLength = 80;

    /// <summary>Every form that is searched for, so that a test can show that each is found.</summary>
    public static IReadOnlyList<string> Forms { get; } = ["text", "utf-16", "json", "hex", "base64"];

    private readonly SearchValues<string> anyCase, exact;
    private readonly List<(string Text, string Needle, string Form)> inAnyCase = [], exactly = [];

    public MarkerSearch(IEnumerable<string> needles)
    {
        foreach (var needle in needles.Distinct())
        {
            inAnyCase.Add((needle, needle, "text"));
            inAnyCase.Add((Encode(needle, "utf-16"), needle, "utf-16"));
            inAnyCase.Add((Encode(needle, "json"), needle, "json"));
            inAnyCase.Add((Encode(needle, "hex"), needle, "hex"));
            var cases = new[] { needle, needle.ToUpperInvariant(), Lower(needle) }.Distinct();
            foreach (var text in cases.SelectMany(written => Enumerable.Range(0, 3).Select(offset => Base64Within(written, offset))))
                exactly.Add((text, needle, "base64"));
        }

        anyCase = SearchValues.Create([.. inAnyCase.Select(one => one.Text)], StringComparison.OrdinalIgnoreCase);
        exact = SearchValues.Create([.. exactly.Select(one => one.Text)], StringComparison.Ordinal);
    }

    /// <summary>A text in one of <see cref="Forms"/>; bytes that are no text as the characters of Latin-1.</summary>
    public static string Encode(string text, string form) => form switch
    {
        "utf-16" => Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(text)),
        "json" => string.Concat(text.Select(letter => $"\\u{(int)letter:x4}")),
        "hex" => Convert.ToHexString(Encoding.UTF8.GetBytes(text)),
        "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        _ => text,
    };

    public IEnumerable<Hit> In(string place, byte[] bytes) => In(place, Encoding.Latin1.GetString(bytes));

    /// <summary>In a text whose characters are all of Latin-1, or are those of a string.</summary>
    public IEnumerable<Hit> In(string place, string text) => InText(place, text).ToList();

    /// <summary>In a stream of any length.</summary>
    public async Task<IReadOnlyList<Hit>> InAsync(string place, Stream stream)
    {
        var hits = new List<Hit>();
        var bytes = new byte[Chunk];
        var kept = 0;
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(bytes.AsMemory(kept), 1, throwOnEndOfStream: false);
            if (read == 0) return hits;
            hits.AddRange(InText(place, Encoding.Latin1.GetString(bytes, 0, kept + read)));
            // What begins at the end of this piece is found with the next.
            var keep = Math.Min(Overlap, kept + read);
            bytes.AsSpan(kept + read - keep, keep).CopyTo(bytes);
            kept = keep;
        }
    }

    /// <summary>In every file under a folder that was written to since a time.</summary>
    public async Task<IReadOnlyList<Hit>> InFilesAsync(string folder, DateTimeOffset since)
    {
        var hits = new List<Hit>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                if (file.LastWriteTimeUtc < since.UtcDateTime) continue;
                await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                hits.AddRange(await InAsync(Path.GetRelativePath(folder, file.FullName), stream));
            }
            catch (IOException) when (!File.Exists(file.FullName))
            {
                // Servers that others use too delete files meanwhile.
            }
        }

        return hits;
    }

    private List<Hit> InText(string place, string text)
    {
        var hits = new List<Hit>();
        Search(anyCase, inAnyCase, StringComparison.OrdinalIgnoreCase);
        Search(exact, exactly, StringComparison.Ordinal);
        return hits;

        void Search(SearchValues<string> values, List<(string Text, string Needle, string Form)> known, StringComparison comparison)
        {
            for (var from = 0; text.AsSpan(from).IndexOfAny(values) is >= 0 and var found; from += found + 1)
            {
                var at = from + found;
                var (_, needle, form) = known.First(one => string.Compare(text, at, one.Text, 0, one.Text.Length, comparison) == 0);
                var begin = Math.Max(0, at - (ExcerptLength / 2));
                hits.Add(new Hit(needle, form, place, Printable(text.Substring(begin, Math.Min(ExcerptLength, text.Length - begin)))));
            }
        }
    }

    /// <summary>The characters of base64 that a text makes wherever it begins, without those it shares with its neighbours.</summary>
    private static string Base64Within(string text, int offset)
    {
        var bytes = new byte[offset + Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(offset));
        var first = (offset * 8 + 5) / 6;
        var last = bytes.Length * 8 / 6;
        return Convert.ToBase64String(bytes)[first..last];
    }

#pragma warning disable CA1308 // Lower case is what is searched for.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308

    private static string Printable(string text) => string.Concat(text.Select(letter => letter is >= ' ' and < (char)127 ? letter : '.'));
}
