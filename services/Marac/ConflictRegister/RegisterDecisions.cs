using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.ConflictRegister;

/// <param name="EntryId">Id of the entry it would make.</param>
/// <param name="Person">Id of the people register.</param>
/// <param name="Name">A name: whoever bears it is barred.</param>
public sealed record DeclareConflict(Guid EntryId, string? Person, string? Name, string Reason, Actor By, DateTimeOffset Now);

public sealed record ResolveConflict(Guid EntryId, string Reason, Actor By, DateTimeOffset Now);

/// <param name="Readers">Ids of the people register; null opens the case again.</param>
public sealed record RestrictReaders(IReadOnlyList<string>? Readers, string Reason, Actor By, DateTimeOffset Now);

/// <summary>What may be decided about a register. Pure; the people of the case stand in the events for the ledger.</summary>
public static class RegisterDecisions
{
    /// <summary>Takes effect at once: barring somebody too early costs less than barring them too late.</summary>
    public static Decision<RegisterEvent> Declare(this Register register, DeclareConflict command, MaracCase it) =>
        register.Entries.Any(e => e.Person == command.Person && IsSameName(e.Name, command.Name))
            ? Decision.Nothing<RegisterEvent>()
            : new ConflictDeclared
            {
                RegisterId = register.Id,
                CaseId = it.Id,
                Subjects = it.Opening.Subjects,
                DeclaredBy = command.By.Person,
                DeclaredAt = command.Now,
                Entry = new ConflictEntry { EntryId = command.EntryId, Name = command.Name, Person = command.Person, Source = ConflictSource.Declared },
                Reason = command.Reason,
            };

    /// <summary>
    /// A perpetrator's own entry can be resolved too: it may bar a professional of the same name.
    /// </summary>
    public static Decision<RegisterEvent> Resolve(this Register register, ResolveConflict command, MaracCase it) =>
        register.Entries.FirstOrDefault(e => e.EntryId == command.EntryId) switch
        {
            null when register.Resolved.Contains(command.EntryId) => Decision.Nothing<RegisterEvent>(),
            null => CaseRefusals.NoSuchConflict,
            _ => new ConflictResolved
            {
                RegisterId = register.Id,
                CaseId = it.Id,
                Subjects = it.Opening.Subjects,
                EntryId = command.EntryId,
                ResolvedBy = command.By.Person,
                ResolvedAt = command.Now,
                Reason = command.Reason,
            },
        };

    public static Decision<RegisterEvent> Restrict(this Register register, RestrictReaders command, MaracCase it) => command.Readers switch
    {
        _ when !command.By.IsOneOf(MaracRoles.CaseOffice) => MaracRoles.NotYours,
        null when register.Readers is null => Decision.Nothing<RegisterEvent>(),
        null => new RestrictionLifted
        {
            RegisterId = register.Id,
            CaseId = it.Id,
            Subjects = it.Opening.Subjects,
            LiftedBy = command.By.Person,
            LiftedAt = command.Now,
            Reason = command.Reason,
        },
        { } readers when register.Readers is { } before && before.ToHashSet().SetEquals(readers) => Decision.Nothing<RegisterEvent>(),
        { } readers => new CaseRestricted
        {
            RegisterId = register.Id,
            CaseId = it.Id,
            Subjects = it.Opening.Subjects,
            SetBy = command.By.Person,
            SetAt = command.Now,
            Readers = [.. readers.Distinct().Order(StringComparer.Ordinal)],
            Reason = command.Reason,
        },
    };

    private static bool IsSameName(string? one, string? other) =>
        one is null || other is null ? one is null && other is null : Names.Key(one) == Names.Key(other);
}
