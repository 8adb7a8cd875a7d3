using Partnership.Marac.Input;

namespace Partnership.Marac.Content;

/// <summary>Phones, postcodes and addresses in the one form in which they can be compared.</summary>
internal static class Comparable
{
    /// <summary>The last ten digits: the same for 07700 900123, +44 7700 900123 and 0044 (0)7700 900123.</summary>
    public static string Phone(string number)
    {
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        return digits.Length > 10 ? digits[^10..] : digits.TrimStart('0');
    }

    public static string Postcode(string postcode) =>
        string.Concat(postcode.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    public static string Text(string text) => Names.Key(text);

    /// <summary>Whether a line of text holds the first line and the postcode, or all lines, of an address.</summary>
    public static bool IsSameAddress(IReadOnlyList<string> lines, string? postcode, string other)
    {
        if (lines.Count == 0) return false;
        var text = $" {Text(other)} ";
        if (!text.Contains($" {Text(lines[0])} ", StringComparison.Ordinal)) return false;
        return postcode is null
            ? lines.All(line => text.Contains($" {Text(line)} ", StringComparison.Ordinal))
            : Postcode(other).Contains(Postcode(postcode), StringComparison.Ordinal)
                || lines.All(line => text.Contains($" {Text(line)} ", StringComparison.Ordinal));
    }
}
