using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Kms;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox;

/// <summary>
/// What the sandbox holds before anybody has done anything: our account with one principal, and the customer <c>acme</c>. What is there
/// already stays.
/// </summary>
internal sealed class Seed(IamStore iam, StateFile<KmsState> kms, Buckets buckets, TimeProvider clock)
{
    public const string OurAccount = "111122223333";
    public const string CustomerAccount = "444455556666";

    /// <summary>Of AWS Organizations: what <c>aws:PrincipalOrgID</c> is for the customer's account.</summary>
    public const string CustomerOrganization = "o-acmeinsurance";
    private const string OurUser = "serverless-drives";
    private const string Administrator = "administrator";
    private const string DriveUser = "driveUser";
    private const string Documents = "acme-documents";
    private const string Archive = "acme-archive";

    private static readonly (string Key, string Text)[] Files =
    [
        ("README.txt", "Acme Insurance: documents."),
        ("claims/inbox/2026/claim-1001.txt", "Claim 1001: a broken window."),
        ("claims/inbox/2026/claim-1002.txt", "Claim 1002: a dented door."),
        ("claims/inbox/2026/claim-1003.txt", "Claim 1003: a lost suitcase."),
        ("claims/inbox/readme.md", "# Inbox\nNew claims land here.\n"),
        ("claims/archive/2025/claim-0907.txt", "Claim 907, settled."),
        ("claims/archive/2025/claim-0908.txt", "Claim 908, settled."),
        ("loans/applications/loan-31.json", """{"loan":31,"amount":12000}"""),
        ("loans/applications/loan-32.json", """{"loan":32,"amount":4500}"""),
        ("loans/contracts/contract-7.txt", "Contract 7."),
        ("public/price list +10%.csv", "product;price\nhome;120\ncar;340\n"),
        ("public/Größe & Maße.txt", "Umlauts, spaces and an ampersand in a name."),
    ];

    /// <summary>Accounts, users and the key.</summary>
    public SeededCloud Plant()
    {
        var now = clock.GetUtcNow();
        iam.Change(state =>
        {
            state = state with { Accounts = state.Accounts.Union([OurAccount, CustomerAccount]) };
            state = WithUser(state, OurAccount, OurUser, Allowing("sts:AssumeRole", "*"), now);
            state = WithUser(state, OurAccount, Administrator, Allowing("*", "*"), now);
            state = WithUser(state, CustomerAccount, Administrator, Allowing("*", "*"), now);
            state = WithRootKey(state, CustomerAccount, now);
            return WithUser(state, CustomerAccount, DriveUser, DriveUserPolicy(), now);
        });
        if (!kms.Value.Keys.Values.Any(key => key.Account == CustomerAccount && !key.ManagedByAws))
            kms.Save(kms.Value.With(KmsKey.New(CustomerAccount, "us-east-1", null, "Acme's documents", now)));
        return Describe();
    }

    /// <summary>Buckets and their files.</summary>
    public async Task PlantBucketsAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (
            buckets.Create(
                new BucketSettings
                {
                    Name = Documents,
                    Account = CustomerAccount,
                    Region = "us-east-1",
                    Created = now,
                }
            ) is
            { } documents)
        {
            foreach (var (key, text) in Files)
                await PutAsync(documents, key, text, cancellation);
        }

        if (
            buckets.Create(
                new BucketSettings
                {
                    Name = Archive,
                    Account = CustomerAccount,
                    Region = "eu-west-1",
                    Created = now,
                    Versioning = "Enabled",
                }
            ) is
            { } archive)
            await PutAsync(archive, "2024/summary.txt", "What was settled in 2024.", cancellation);
    }

    private SeededCloud Describe()
    {
        var state = iam.Latest;
        return new(
            state.User(OurAccount, OurUser)!.Arn,
            KeyOf(state, OurAccount, OurUser),
            KeyOf(state, OurAccount, Administrator),
            KeyOf(state, CustomerAccount, Administrator),
            KeyOf(state, CustomerAccount, DriveUser),
            KeyOf(state, CustomerAccount),
            [new(Documents, "us-east-1"), new(Archive, "eu-west-1")],
            kms.Value.Keys.Values.Where(key => key.Account == CustomerAccount && !key.ManagedByAws).OrderBy(key => key.Created).First().Arn
        );
    }

    private static IamState WithUser(IamState state, string account, string name, string policy, DateTimeOffset now)
    {
        if (state.User(account, name) is not null)
            return state;
        var user = new User { Account = account, Name = name, Path = "/", Id = IamIds.User(), Created = now };
        user = user with { Inline = user.Inline.Add("seeded", policy) };
        var key = new AccessKey { Id = IamIds.AccessKey(), Secret = IamIds.Secret(), Account = account, UserId = user.Id, Created = now };
        return state.With(user) with { AccessKeys = state.AccessKeys.Add(key.Id, key) };
    }

    /// <summary>For what only the account itself may do, such as MFA Delete.</summary>
    private static IamState WithRootKey(IamState state, string account, DateTimeOffset now)
    {
        if (state.AccessKeys.Values.Any(key => key.UserId == account)) return state;
        var key = new AccessKey { Id = IamIds.AccessKey(), Secret = IamIds.Secret(), Account = account, UserId = account, Created = now };
        return state with { AccessKeys = state.AccessKeys.Add(key.Id, key) };
    }

    private static SeededKey KeyOf(IamState state, string account)
    {
        var key = state.AccessKeys.Values.First(key => key.UserId == account);
        return new("root", key.Id, key.Secret);
    }

    private static SeededKey KeyOf(IamState state, string account, string name)
    {
        var user = state.User(account, name)!;
        var key = state.AccessKeys.Values.Where(key => key.UserId == user.Id).OrderBy(key => key.Created).FirstOrDefault();
        return new(name, key?.Id ?? "", key?.Secret ?? "");
    }

    private static string Allowing(string action, string resource) =>
        new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = action,
                    ["Resource"] = resource,
                }),
        }.ToJsonString();

    /// <summary>The documented permissions of an access key, those of them that are actions of AWS's.</summary>
    private static string DriveUserPolicy() =>
        $$"""
            {"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":["s3:ListBucket","s3:ListBucketMultipartUploads","s3:GetBucketLocation"],
             "Resource":"arn:aws:s3:::{{Documents}}"},
            {"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl","s3:GetObjectVersion","s3:PutObject","s3:PutObjectAcl",
             "s3:DeleteObject","s3:DeleteObjectVersion","s3:ListMultipartUploadParts","s3:AbortMultipartUpload"],
             "Resource":"arn:aws:s3:::{{Documents}}/*"}]}
            """;

    private async Task PutAsync(Bucket bucket, string key, string text, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var body = new MemoryStream(bytes);
        var content = await ContentWriter.StoreAsync(
            buckets.Files,
            body,
            bytes.Length,
            new DeclaredDigests(null, ChecksumAlgorithm.Crc64Nvme, null, Named: false),
            ChecksumAlgorithm.Crc64Nvme,
            cancellation);
        bucket.Put(
            new ObjectVersion
            {
                Key = key,
                LastModified = clock.GetUtcNow(),
                OwnerAccount = CustomerAccount,
                Size = content.Size,
                ETag = content.Md5,
                Segments = content.Segments,
                Headers = new ObjectHeaders(
                    new Dictionary<string, string>
                    {
                        ["Content-Type"] = key.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "text/plain",
                    },
                    new Dictionary<string, string>()),
                Encryption = ObjectEncryption.S3Managed,
                Checksum = new ObjectChecksum(content.Algorithm.Name, content.Checksum, "FULL_OBJECT"),
            },
            null,
            null);
    }
}

/// <summary>What was seeded, for whoever wants to use it.</summary>
/// <param name="PrincipalArn">Who ServerlessDrives is: what customers' roles trust.</param>
/// <param name="Root">Of the customer's account.</param>
/// <param name="OurAdministrator">Of our own account, which to the customer is somebody else's.</param>
internal sealed record SeededCloud(
    string PrincipalArn,
    SeededKey Principal,
    SeededKey OurAdministrator,
    SeededKey Administrator,
    SeededKey DriveUser,
    SeededKey Root,
    IReadOnlyList<SeededBucket> Buckets,
    string KmsKeyArn);

internal sealed record SeededKey(string UserName, string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => $"{UserName} {AccessKeyId}";
}

internal sealed record SeededBucket(string Name, string Region);
