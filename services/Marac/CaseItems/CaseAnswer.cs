using System.Buffers;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.CaseItems;

/// <summary>
/// A case's answer with its items put in: the case's own row, in which findings, lines and actions are still missing, and
/// rows of items, all of one moment. The version in its facts stays the case's own, by which commands on it are admitted.
/// </summary>
internal static class CaseAnswer
{
    /// <param name="today">The partnership's day: the case's facts as they are on it.</param>
    public static ReadOnlyMemory<byte> Of(ViewFamily family, DateOnly today)
    {
        var row = ChildCases.AsOf(family.Row.Body, today);
        if (family.Others.Count == 0) return row;
        var guard = new CaseGuard(family.Row);
        var items = family.Others.Where(o => !o.Row.Erased)
            .SelectMany(o => ItemRow.Items(o.View, o.Row, guard))
            .OrderBy(i => i.At).ThenBy(i => i.Place).ThenBy(i => i.Id)
            .ToList();
        return items.Count == 0 ? row : With(row, items);
    }

    private static ReadOnlyMemory<byte> With(ReadOnlyMemory<byte> answer, List<ReadItem> items)
    {
        var lists = EnvelopeLists.In(answer.Span);
        var output = new ArrayBufferWriter<byte>(answer.Length + items.Sum(i => i.Fact.Length + i.Data.Length + 2) + 256);
        var written = 0;
        foreach (var (list, added) in (ReadOnlySpan<(ListPlace, IReadOnlyList<byte[]>)>)
                 [
                     (lists.Facts, [.. items.Select(i => i.Fact)]),
                     (lists.Holds, [.. items.Where(i => i.Hold is not null).Select(HoldOf)]),
                     (lists.Research, Views(CaseFamilies.Returns)),
                     (lists.Minutes, Views(CaseFamilies.Minutes)),
                     (lists.Actions, Views(CaseFamilies.Actions)),
                 ])
        {
            if (added.Count == 0) continue;
            output.Write(answer.Span[written..list.At]);
            written = list.At;
            list.Write(output, added);
        }

        output.Write(answer.Span[written..]);
        return output.WrittenMemory;

        IReadOnlyList<byte[]> Views(string view) => [.. items.Where(i => i.View == view).Select(i => i.Data)];
    }

    /// <summary>For the coordinator, who can clear it.</summary>
    private static byte[] HoldOf(ReadItem item) => JsonSerializer.SerializeToUtf8Bytes(
        new HoldView { HoldId = item.Hold!.Value, Group = GroupOf(item.View), Item = item.Id, Since = item.At }, WireJson.Options);

    private static string GroupOf(string view) => view switch
    {
        CaseFamilies.Returns => FieldGroups.SharedResearch,
        CaseFamilies.Minutes => FieldGroups.Minutes,
        CaseFamilies.Actions => FieldGroups.Actions,
        _ => throw new InvalidOperationException("Rows of this view hold no items."),
    };
}
