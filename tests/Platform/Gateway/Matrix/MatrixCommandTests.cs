using System.Collections.Concurrent;
using Partnership.Gateway.Operations;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Sharing;
using Xunit;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>
/// Every command and submission by everybody: it reaches the service where the hand-written table says so, with its nearest
/// refusals, one condition off. 403 before any look-up where the role has no rule, otherwise the 404 of an unknown record.
/// </summary>
[Collection(nameof(MatrixPlatform))]
public sealed class MatrixCommandTests(MatrixPlatform matrix)
{
    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 12 };

    /// <summary>Those of MARAC; what is done to an emergency stands in another service.</summary>
    private static readonly IReadOnlyList<MatrixCommand> Commands = [.. MatrixCommands.All.Where(row => row.RecordType.StartsWith("marac.", StringComparison.Ordinal))];

    private static readonly IReadOnlyList<On> Conditions = [On.Member, On.Supporting, On.Addressee, On.Assigned, On.OwnAgency, On.Need];

    [Fact]
    public async Task Commands_reach_the_service_from_those_of_the_table_while_their_conditions_hold()
    {
        var world = await matrix.StartedAsync();
        var (hidden, wrong, given) = (await world.HiddenAsync(), new ConcurrentQueue<string>(), 0);
        await Parallel.ForEachAsync(MatrixPeople.All.Select(person => person.Name), AtOnce, async (person, _) =>
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var command in Commands)
            {
                foreach (var operation in OperationsOf(command))
                {
                    var gate = command.GateOf(person);
                    foreach (var on in CombinationsAround(gate))
                    {
                        var (id, answer) = await GiveAsync(world, connection, operation, command, reader, on);
                        var reached = world.Service.CommandsOn(id);
                        var expected = gate is null ? 403 : (on & gate) != gate ? 404 : operation.Creates ? 201 : 204;
                        if (answer.Status != expected || reached != (expected < 300 ? 1 : 0)) wrong.Enqueue($"{person} {command.Command} {on}: {reached} reached the service, {answer.WithoutDate}");
                        if (expected == 404 && answer.WithoutDate != hidden) wrong.Enqueue($"{person} {command.Command} {on}: another 404, {answer.WithoutDate}");
                        Interlocked.Increment(ref given);
                    }
                }
            }
        });
        Assert.True(wrong.IsEmpty, $"{wrong.Count} of {given} differ:\n{string.Join('\n', wrong.Take(30))}");
        Assert.True(given > MatrixPeople.All.Count * Commands.Count, $"Only {given} were given.");
    }

    [Fact]
    public async Task Submissions_reach_the_service_from_those_of_the_table()
    {
        var world = await matrix.StartedAsync();
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(MatrixPeople.All.Select(person => person.Name), AtOnce, async (person, _) =>
        {
            var reader = world.Reader(person);
            await using var connection = await world.ConnectAsync(person);
            foreach (var (path, purpose, may) in ((string, string, bool)[])
                     [
                         ("/marac/referrals", Casework.Referral, SharingMatrix.Referrers().Contains(person)),
                         ("/marac/meetings", Casework.Meeting, person == "coordinator"),
                     ])
            {
                var before = world.Service.AskedFor(reader.Pseudonym);
                var answer = await connection.SendAsync("POST", path, purpose, "{}");
                var reached = world.Service.AskedFor(reader.Pseudonym) > before;
                if (answer.Status != (may ? 201 : 403) || reached != may) wrong.Enqueue($"{person} {path}: {answer.WithoutDate}");
            }
        });
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(30)));
    }

    [Fact]
    public void Every_command_of_the_gateway_is_in_the_table_and_the_other_way_round() =>
        Assert.Equal(
            OperationTable.All.Where(o => o is { Service: "marac", Kind: OperationKind.Change }).Select(o => $"{o.RecordType} {o.Command}").Distinct().Order(StringComparer.Ordinal),
            Commands.Select(row => $"{row.RecordType} {row.Command}").Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<Operation> OperationsOf(MatrixCommand command) =>
        OperationTable.All.Where(o => o.Kind == OperationKind.Change && o.RecordType == command.RecordType && o.Command == command.Command);

    /// <summary>Everything on; of what is needed each one off, all else on; nothing but what is needed; and nothing.</summary>
    private static IEnumerable<On> CombinationsAround(On? gate)
    {
        var all = Conditions.Aggregate((sum, one) => sum | one);
        if (gate is not { } needed) return [all];
        return new[] { all, needed, On.None }.Concat(Conditions.Where(one => needed.HasFlag(one)).Select(one => all & ~one)).Distinct();
    }

    private static async Task<(Guid Record, RawAnswer Answer)> GiveAsync(
        MatrixPlatform.Started world, KeptConnection connection, Operation operation, MatrixCommand command, MatrixReader reader, On on)
    {
        var cells = MatrixCells.All.First(cells => cells.Table.RecordType == command.RecordType);
        var id = world.Service.Hold(command.RecordType, cells.Facts(reader, on) with { State = command.State }, cells.Json);
        var path = operation.Pattern
            .Replace("{id:guid}", id.ToString(), StringComparison.Ordinal)
            .Replace("{agency}", "CKH", StringComparison.Ordinal)
            .Replace("{conflictId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{holdId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)
            .Replace("{itemId:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("{", path, StringComparison.Ordinal);
        return (id, await connection.SendAsync(operation.Method, path, command.Purpose, operation.Method == "DELETE" ? null : "{}"));
    }
}
