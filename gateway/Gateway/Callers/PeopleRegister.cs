using System.Collections.Frozen;
using System.Net;
using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Sharing;
using Partnership.Gateway.Forwarding;

namespace Partnership.Gateway.Callers;

/// <summary>
/// The people and agencies register as InformationSharing last served it, asked for again twice a second so that a leaver
/// loses access within a second. Without a first answer nobody is known and every token is refused.
/// </summary>
public sealed class PeopleRegister(ServiceClient services, TimeProvider clock, ILogger<PeopleRegister> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private volatile Snapshot? current;

    /// <summary>Whether a register has been loaded since start.</summary>
    public bool IsLoaded => current is not null;

    /// <summary>
    /// The person behind issuer and subject, with the hat asked for (the first one where none is). Null where the register
    /// knows no such person today, or the issuer may not assert that hat's agency.
    /// </summary>
    public RegisteredCaller? Find(string issuer, string subject, string? hat)
    {
        if (current is not { } snapshot || !snapshot.People.TryGetValue((issuer, subject), out var person)) return null;
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (person.From > today || person.Until < today) return null;
        var worn = hat is null ? person.Hats.Count > 0 ? person.Hats[0] : null : person.Hats.FirstOrDefault(h => h.Name == hat);
        if (worn is null) return new RegisteredCaller(person, null, snapshot.Version);
        if (!snapshot.Agencies.TryGetValue(worn.Agency, out var agency) || agency.From > today || agency.Until < today) return null;
        return snapshot.Issuers.TryGetValue(issuer, out var asserts) && asserts.Contains(worn.Agency)
            ? new RegisteredCaller(person, worn, snapshot.Version)
            : null;
    }

    public IEnumerable<string> Agencies => current?.Agencies.Keys.AsEnumerable() ?? [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
                if (failing) log.LogInformation("The people register is reachable again.");
                failing = false;
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                if (!failing) log.LogWarning("The people register cannot be refreshed ({Reason}); the last one stays in force.", exception.GetType().Name);
                failing = true;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var answer = await services.GetInternalAsync("information-sharing", "/internal/register", current is { } known ? $"?since={known.Version}" : "", cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NoContent) return;
        answer.EnsureSuccessStatusCode();
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var register = await JsonSerializer.DeserializeAsync<RegisterSnapshot>(body, WireJson.Options, cancellationToken)
            ?? throw new JsonException("An empty register.");
        current = new Snapshot(
            register.Version,
            register.People.ToFrozenDictionary(p => (p.Issuer, p.Subject)),
            register.Agencies.ToFrozenDictionary(a => a.Code),
            register.Issuers.ToFrozenDictionary(i => i.Issuer, i => i.Agencies.ToFrozenSet()));
    }

    private sealed record Snapshot(
        long Version,
        FrozenDictionary<(string Issuer, string Subject), RegisteredPerson> People,
        FrozenDictionary<string, RegisteredAgency> Agencies,
        FrozenDictionary<string, FrozenSet<string>> Issuers);
}

/// <summary>A person of the register and the hat they wear; <see cref="Hat"/> is null when they have none of that name.</summary>
public sealed record RegisteredCaller(RegisteredPerson Person, RegisteredHat? Hat, long RegisterVersion);
