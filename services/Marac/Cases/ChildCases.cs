using System.Text.Json;

namespace Partnership.Marac.Cases;

/// <summary>Whether a case concerns a child (condition <c>child-case</c>): a child, an unborn child, or a victim under 18. Derived.</summary>
internal static class ChildCases
{
    private const int Majority = 18;

    public static bool IsChildCase(this MaracCase it, DateOnly day) =>
        it.Content.Children.Count > 0 || IsUnderAge(it.Content.Victim.DateOfBirth, it.Content.Victim.EstimatedAge, it.Opening.ReferralAt, day);

    /// <summary>The earliest day a case can be asked about: whoever is of age on it stays so.</summary>
    public static DateOnly ReferredOn(this MaracCase it) => DateOnly.FromDateTime(it.Opening.ReferralAt.UtcDateTime);

    /// <summary>
    /// A stored row as it stands on this day: a victim's birthday is no event, so a case without children stops being a child
    /// case by itself. Any other row comes back as it is.
    /// </summary>
    public static ReadOnlyMemory<byte> AsOf(ReadOnlyMemory<byte> row, DateOnly day)
    {
        // Quotation marks inside values are escaped, so neither sequence can stand in a text.
        var at = row.Span.IndexOf("\"childCase\":true"u8);
        if (at < 0 || row.Span.IndexOf("\"children\":[]"u8) < 0) return row;
        using var document = JsonDocument.Parse(row);
        var data = document.RootElement.GetProperty("data");
        var victim = data.GetProperty("victim");
        var born = victim.TryGetProperty("dateOfBirth", out var date) ? DateOnly.ParseExact(date.GetString()!, "yyyy-MM-dd", null) : (DateOnly?)null;
        var estimated = victim.TryGetProperty("estimatedAge", out var age) ? age.GetInt32() : (int?)null;
        if (IsUnderAge(born, estimated, data.GetProperty("referralAt").GetDateTimeOffset(), day)) return row;

        var value = at + "\"childCase\":"u8.Length;
        return (byte[])[.. row.Span[..value], .. "false"u8, .. row.Span[(value + 4)..]];
    }

    /// <summary>An estimated age is that of the referral, and grows with the years since.</summary>
    private static bool IsUnderAge(DateOnly? born, int? estimated, DateTimeOffset referralAt, DateOnly day) => (born, estimated) switch
    {
        ({ } birthday, _) => birthday.AddYears(Majority) > day,
        (null, { } then) when then < Majority => DateOnly.FromDateTime(referralAt.UtcDateTime).AddYears(Majority - then) > day,
        _ => false,
    };
}
