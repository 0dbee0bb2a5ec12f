using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.Previews;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Sharing;
using ServerlessDrives.Files.Uploads;

namespace ServerlessDrives.Files;

/// <summary>Composes this room.</summary>
public static class FilesComposition
{
    public static IServiceCollection AddFiles(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<FileTransferOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:Files"))
            .Validate(options => options.LargestRequest is null or >= 1, "ServerlessDrives:Files:LargestRequest must be at least 1 byte.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<FileTransferOptions>>().Value);
        services
            .AddOptions<FileOperationOptions>()
            .Bind(configuration.GetSection("ServerlessDrives:FileOperations"))
            .Validate(
                options => options.PageSize is >= 1 and <= 1_000,
                "ServerlessDrives:FileOperations:PageSize must be from 1 to 1,000.")
            .Validate(
                options => options.CopiedInPartsFrom is >= 1 and <= FileOperationOptions.LargestCopy && options.StreamedInPartsFrom >= 1,
                "ServerlessDrives:FileOperations: files are copied in parts from 1 byte to 5 GiB on, which is what S3 copies at once.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<FileOperationOptions>>().Value);
        services.AddSingleton<StreamedCopies>();
        services.AddSingleton<PageCopies>();
        services.AddSingleton<FinishPage>();
        services.AddSingleton<TransferPages>();
        services.AddSingleton<DeletionPages>();
        services.AddSingleton<FileOperationFinder>();
        services.AddSingleton<DurableFileOperations>();
        services.AddSingleton<IHoldsDrives, OperationsOfRemovedDrives>();
        services.AddSingleton<SearchFiles>();
        services.AddSingleton<FileReferences>();
        services.AddSingleton<AbandonedUploads>();
        services.AddSingleton<OpenShare>();
        services.AddSingleton<SharesOfMovedFiles>();
        services.AddSingleton<OpenPreview>();
        services.AddSingleton<ShareLimits>();
        services.AddSingleton<IHoldsDrives, SharesOfRemovedDrives>();
        return services.AddSingleton<IHoldsDrives>(provider => provider.GetRequiredService<AbandonedUploads>());
    }
}
