using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Partnership.Marac.CaseItems;

/// <summary>Where, in the bytes of an answer, more can be written into a list.</summary>
/// <param name="At">Before the list's end; or before the end of the object that lacks the list.</param>
/// <param name="Missing">Name of the list where the object lacks it; otherwise null.</param>
/// <param name="IsEmpty">Whether nothing stands in the list, or in the object, yet.</param>
internal readonly record struct ListPlace(int At, string? Missing, bool IsEmpty)
{
    public void Write(IBufferWriter<byte> output, IReadOnlyList<byte[]> added)
    {
        if (!IsEmpty) output.Write(","u8);
        if (Missing is { } name) output.Write(Encoding.UTF8.GetBytes($"\"{name}\":["));
        for (var i = 0; i < added.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            output.Write(added[i]);
        }

        if (Missing is not null) output.Write("]"u8);
    }
}

/// <summary>The lists of a case's answer that its items go into, in the order of their places.</summary>
internal sealed record EnvelopeLists(ListPlace Facts, ListPlace Holds, ListPlace Research, ListPlace Minutes, ListPlace Actions)
{
    private static readonly string[] OfFacts = ["items"];
    private static readonly string[] OfData = ["research", "minutes", "actions"];
    private static readonly string[] OfSharing = ["holds"];

    /// <summary>One pass over the tokens. The order of members is the contract's.</summary>
    /// <exception cref="InvalidOperationException">It is no answer of a case, or its members stand in another order.</exception>
    public static EnvelopeLists In(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        reader.Read();
        ListPlace[]? facts = null, data = null, sharing = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("facts"u8))
            {
                reader.Read();
                facts = Object(ref reader, OfFacts, null, ref sharing);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                data = Object(ref reader, OfData, "sharing", ref sharing);
            }
            else
            {
                reader.Skip();
            }
        }

        return facts is [var items] && data is [var research, var minutes, var actions] && sharing is [var holds]
            && items.At < holds.At && holds.At < research.At && research.At <= minutes.At && minutes.At <= actions.At
            ? new EnvelopeLists(items, holds, research, minutes, actions)
            : throw new InvalidOperationException("This is not the answer of a case.");
    }

    private static ListPlace[] Object(ref Utf8JsonReader reader, string[] names, string? inner, ref ListPlace[]? sharing)
    {
        var found = new ListPlace?[names.Length];
        var isEmpty = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            var name = reader.GetString()!;
            reader.Read();
            if (name == inner)
            {
                sharing = Object(ref reader, OfSharing, null, ref sharing);
                continue;
            }

            var place = Array.IndexOf(names, name);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed - 1;
            if (place >= 0) found[place] = new ListPlace(end, null, end == start + 1);
        }

        var places = new ListPlace[names.Length];
        for (var i = 0; i < names.Length; i++) places[i] = found[i] ?? new ListPlace((int)reader.BytesConsumed - 1, names[i], isEmpty);
        return places;
    }
}
