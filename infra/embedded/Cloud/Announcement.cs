using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.SignIn;
using Spectre.Console;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>What is printed at the start: what there is to play with, in a form to paste.</summary>
internal static class Announcement
{
    /// <param name="sandbox">Null where AWS, or another server, takes its place.</param>
    public static void Print(EmbeddedOptions options, Uri? sandbox, SeededCloud? seeded)
    {
        var console = Terminal.Open();
        console.MarkupLineInterpolated(
            $"[bold]ServerlessDrives[/] {ServerlessDrivesApplication.Version} on this machine; data in {options.DataFolder}");
        console.WriteLine();
        console.MarkupLine("[bold]People[/] (POST /embedded/token {\"user\":\"…\"})");
        foreach (var person in EmbeddedPeople.All)
            console.WriteLine($"  {person.Id}  {person.Says}");
        console.WriteLine();
        if (sandbox is null || seeded is null)
        {
            console.MarkupLine("[bold]AWS[/]: as the settings Aws:… say; the sandbox is off");
            console.WriteLine();
            return;
        }

        console.MarkupLine("[bold]AWS sandbox[/]: the customer acme, as administrator");
        // Past the console's own wrapping: these lines are there to be pasted.
        Console.Out.WriteLine($"  export AWS_ENDPOINT_URL={sandbox.AbsoluteUri.TrimEnd('/')} AWS_REGION=us-east-1");
        Console.Out.WriteLine(
            $"  export AWS_ACCESS_KEY_ID={seeded.Administrator.AccessKeyId} AWS_SECRET_ACCESS_KEY={seeded.Administrator.SecretAccessKey}");
        Console.Out.WriteLine($"  buckets   {string.Join(", ", seeded.Buckets.Select(bucket => $"{bucket.Name} ({bucket.Region})"))}");
        Console.Out.WriteLine($"  KMS key   {seeded.KmsKeyArn}");
        Console.Out.WriteLine(
            $"  drive key {seeded.DriveUser.AccessKeyId} {seeded.DriveUser.SecretAccessKey} ({seeded.DriveUser.UserName})");
        Console.Out.WriteLine($"  we are    {seeded.PrincipalArn}");
        Console.Out.WriteLine();
    }
}
