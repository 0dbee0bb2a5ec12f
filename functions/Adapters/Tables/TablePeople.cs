using System.Collections.Concurrent;
using Azure.Data.Tables;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>People in Table Storage, in their organization's partition of the workspaces' table.</summary>
internal sealed class TablePeople(TableServiceClient service) : IPeople
{
    /// <summary>How many people's names are remembered, so that a request costs no storage for them.</summary>
    private const int MostRemembered = 10_000;

    private const int AtOnce = 16;

    private readonly TableClient _table = service.GetTableClient(TableWorkspaces.Name);
    private readonly ConcurrentDictionary<(OrganizationId, UserId), KnownPerson> _seen = new();

    public async Task SeenAsync(OrganizationId organization, KnownPerson person, CancellationToken cancellation)
    {
        if (_seen.TryGetValue((organization, person.Id), out var seen) && seen == person)
            return;
        if (await FindAsync(organization, person.Id, cancellation) != person)
        {
            await _table.UpsertEntityAsync(
                new PersonRow
                {
                    PartitionKey = organization.Value,
                    RowKey = PersonRow.Of(person.Id),
                    Name = person.Name,
                    Email = person.Email,
                    IsAdmin = person.IsAdmin,
                },
                TableUpdateMode.Replace,
                cancellation);
        }

        if (_seen.Count >= MostRemembered)
            _seen.Clear();
        _seen[(organization, person.Id)] = person;
    }

    public async Task<IReadOnlyDictionary<UserId, KnownPerson>> FindAsync(
        OrganizationId organization,
        IEnumerable<UserId> users,
        CancellationToken cancellation)
    {
        var found = new ConcurrentDictionary<UserId, KnownPerson>();
        await Parallel.ForEachAsync(
            users,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (user, token) =>
            {
                if (await FindAsync(organization, user, token) is { } person)
                    found[user] = person;
            });
        return found;
    }

    public async Task<Common.Page<KnownPerson>> ListAsync(
        OrganizationId organization,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) =>
        (await _table.PageAsync<PersonRow>(organization.Value, PersonRow.Prefix, null, limit, cursor, cancellation)).Select(row =>
            row.ToPerson());

    private async Task<KnownPerson?> FindAsync(OrganizationId organization, UserId user, CancellationToken cancellation) =>
        (await _table.FindAsync<PersonRow>(organization.Value, PersonRow.Of(user), cancellation))?.ToPerson();

    private sealed class PersonRow : Row
    {
        public const string Prefix = "person|";

        public string Name { get; set; } = "";
        public string? Email { get; set; }
        public bool IsAdmin { get; set; }

        public KnownPerson ToPerson() => new(Stored.User(RowKey[Prefix.Length..]), Name, Email, IsAdmin);

        public static string Of(UserId user) => Prefix + user;
    }
}
